import { damageOf } from "../../core/errors.js";
import { giveMemory, takeMemory } from "../../core/memory.js";
import { sha256 } from "../../storage/hash.js";
import type { ReadableFile, Storage } from "../../storage/storage.js";
import { storageAt } from "../../storage/storages.js";
import { faultOfFile, faultOfSize, OTHER_SHA256 } from "../file-fault.js";
import type { DatasetFile } from "../manifest.js";
import type { Problems } from "./problems.js";

/** Bytes of the largest file that is read once, into memory; a larger one is read twice, in pieces. */
const WHOLE = 1 << 26;

/** What is done with a file that is as it is listed. What it reads is valid until the next file is checked. */
export type FileAction = (file: ReadableFile, bytes: number) => Promise<void>;

/** Checks files of a dataset against what its manifest lists. */
export class ListedFiles {
	readonly directory: string;
	readonly #storage: Storage;
	readonly #problems: Problems;
	readonly #onFile: (bytes: number) => void;
	/** Files that could not be read: of what they hold nothing is known. */
	readonly unread = new Set<string>();
	/** Takes one file after the other. */
	#memory = new ArrayBuffer(0);

	/** @param onFile Told of each file once it is checked. */
	constructor(
		directory: string,
		problems: Problems,
		onFile: (bytes: number) => void = () => {},
	) {
		this.directory = directory;
		this.#storage = storageAt(directory);
		this.#problems = problems;
		this.#onFile = onFile;
	}

	/**
	 * Compares the size and the SHA-256 of a file; then reads it by `action`. What is not the file
	 * that is meant, or cannot be read as what it should be, is a problem, and not an end.
	 * @returns Whether all of it was read.
	 */
	async check(
		file: DatasetFile,
		action: FileAction = async () => {},
	): Promise<boolean> {
		const fault = await this.#faultOf(file, action);
		if (fault !== null) {
			this.#problems.add(`${file.path} ${fault}`);
			this.unread.add(file.path);
		}
		this.#onFile(file.bytes);
		return fault === null;
	}

	async #faultOf(
		file: DatasetFile,
		action: FileAction,
	): Promise<string | null> {
		const [storage, directory] = [this.#storage, this.directory];
		const fault =
			file.bytes > WHOLE
				? await faultOfFile(storage, directory, file)
				: await faultOfSize(storage, directory, file);
		if (fault !== null) return fault;
		const opened = await storage.open(`${directory}/${file.path}`);
		try {
			if (file.bytes > WHOLE) await action(opened, file.bytes);
			else {
				const whole = await this.#readWhole(opened, file.bytes);
				if (sha256(whole) !== file.sha256) return OTHER_SHA256;
				await action(inMemory(whole), file.bytes);
			}
			return null;
		} catch (error) {
			return `cannot be read: ${damageOf(error)}`;
		} finally {
			await opened.close();
		}
	}

	/** Gives its memory to those after it: nothing that was read is valid any more. */
	close(): void {
		giveMemory(this.#memory);
		this.#memory = new ArrayBuffer(0);
	}

	#readWhole(file: ReadableFile, bytes: number): Promise<Buffer> {
		if (this.#memory.byteLength < bytes) {
			giveMemory(this.#memory);
			// Files are of about one size: the next one is to have room as well.
			this.#memory = takeMemory(2 ** Math.ceil(Math.log2(bytes)));
		}
		return file.read(0, bytes, this.#memory);
	}
}

function inMemory(whole: Buffer): ReadableFile {
	return {
		whole,
		read: async (position, length) =>
			whole.subarray(position, Math.max(position, position + length)),
		close: async () => {},
	};
}
