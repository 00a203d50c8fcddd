import type { ReadableFile, Stat } from "../../storage/storage.js";
import type { InputFile, ReadableStorage } from "../source.js";

/** Files that are read before they are asked for, at most, and the largest of them in bytes. */
const MOST_FILES = 16;
const LARGEST = 1 << 16;

/** A file, and where it is. */
export interface PlacedFile {
	storage: ReadableStorage;
	file: InputFile;
}

/**
 * Reads small files that follow another before they are asked for, a few at a time: one
 * by one they would wait for the disk. What goes wrong is thrown where the file is asked
 * for.
 */
export class FilesAhead {
	readonly #files: readonly PlacedFile[];
	/** By number, those that were begun and not yet taken. */
	readonly #begun = new Map<number, WholeFile>();
	#next = 0;

	constructor(files: readonly PlacedFile[]) {
		this.#files = files;
	}

	/** Where to read a file, by its number; they are taken in order. */
	take(number: number): ReadableStorage {
		const end = Math.min(this.#files.length, number + 1 + MOST_FILES);
		this.#next = Math.max(this.#next, number + 1);
		for (; this.#next < end; this.#next++) {
			const { storage, file } = this.#files[this.#next];
			if (isSmall(file))
				this.#begun.set(this.#next, new WholeFile(storage, file));
		}
		const begun = this.#begun.get(number);
		this.#begun.delete(number);
		return begun ?? this.#files[number].storage;
	}

	/** Resolves once nothing is being read any more. */
	async end(): Promise<void> {
		await Promise.all(Array.from(this.#begun.values(), (file) => file.done));
	}
}

function isSmall({ size, members }: InputFile): boolean {
	return size <= LARGEST && members === undefined;
}

/** A storage that has read one file already, and looked at it before and after that. */
class WholeFile implements ReadableStorage {
	/** Resolves once the file is read, or cannot be. */
	readonly done: Promise<void>;
	readonly #storage: ReadableStorage;
	readonly #path: string;
	readonly #content: Promise<Buffer>;
	/** What is told of the file the first time it is asked, and the second. */
	readonly #stats: Promise<Stat | null>[];

	constructor(storage: ReadableStorage, { path, size }: InputFile) {
		this.#storage = storage;
		this.#path = path;
		const before = storage.stat(path);
		this.#content = before.then(() => contentOf(storage, path, size));
		const after = this.#content.then(() => storage.stat(path));
		this.#stats = [before, after];
		this.done = after.then(
			() => {},
			() => {},
		);
		// Whoever asks hears of the error.
		for (const each of [before, this.#content, after]) each.catch(() => {});
	}

	get readSize(): number {
		return this.#storage.readSize;
	}

	get readsAhead(): number | undefined {
		return this.#storage.readsAhead;
	}

	stat(path: string): Promise<Stat | null> {
		const known = path === this.#path ? this.#stats.shift() : undefined;
		return known ?? this.#storage.stat(path);
	}

	async open(path: string): Promise<ReadableFile> {
		if (path !== this.#path) return this.#storage.open(path);
		const content = await this.#content;
		return {
			async read(position, length, into) {
				const bytes = content.subarray(position, position + length);
				if (into === undefined) return bytes;
				const target = Buffer.from(into, 0, bytes.length);
				target.set(bytes);
				return target;
			},
			async close() {},
		};
	}
}

async function contentOf(
	storage: ReadableStorage,
	path: string,
	size: number,
): Promise<Buffer> {
	const file = await storage.open(path);
	try {
		return await file.read(0, size);
	} finally {
		await file.close();
	}
}
