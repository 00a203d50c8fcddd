import { optionName, UsageError } from "../core/errors.js";
import { shapeFault } from "../core/shape.js";
import { confined } from "../storage/confined.js";
import { requireWhole } from "../storage/file-sizes.js";
import {
	type OwnDirectory,
	STATE,
	withLockedDirectory,
} from "../storage/locked-directory.js";
import { parseSignedJson, signedJson } from "../storage/signed-json.js";
import {
	readIfThere,
	removeForGood,
	type Storage,
	transfer,
	writeAll,
} from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import {
	listedFiles,
	RECORDS_MANIFEST,
	type RecordsManifest,
	recordsShape,
} from "./records-manifest.js";

/** What is being written; gone once it is in its place. */
const WORK = `${STATE}/work`;
/** The manifest that comes to its place, and the one that was there before. */
const NEXT = `${STATE}/next.json`;
const BEFORE = `${STATE}/before.json`;
const DATA = "data";

/**
 * The directory of packed records, while they are written. Files are written aside, then
 * put in their places, the manifest last: what was there before stays whole until then.
 * Killed anywhere, the next call begins anew, and removes what is left.
 */
export class RecordsDirectory implements OwnDirectory {
	readonly out: string;
	readonly storage: Storage;

	constructor(out: string) {
		this.out = out;
		this.storage = confined(storageAt(out), out);
	}

	/** The path of a file in the output. */
	pathOf(number: number, hash: string, extension: string): string {
		const name = String(number).padStart(5, "0");
		return `${DATA}/train-${name}-${hash.slice(0, 8)}${extension}`;
	}

	/** Where a file of the output is written. */
	inWork(path: string): string {
		return this.#in(`${WORK}/${path}`);
	}

	/** Puts files and manifest in their places, and removes those of the manifest before. */
	async publish(manifest: RecordsManifest): Promise<void> {
		const { storage } = this;
		const content = signedJson(manifest);
		const before = await listedFiles(storage, this.#in(RECORDS_MANIFEST));
		// Both say which files are ours, whenever this is killed.
		if (before !== null) {
			const shards = before.map((path) => ({ path }));
			const list = JSON.stringify({ shards });
			await writeAll(storage, this.#in(BEFORE), list, {
				partialsIn: this.#in(WORK),
			});
		}
		await writeAll(storage, this.#in(NEXT), content, {
			partialsIn: this.#in(WORK),
		});
		for (const { path } of manifest.shards)
			await transfer(storage, this.inWork(path), this.#in(path));
		await writeAll(storage, this.#in(RECORDS_MANIFEST), content, {
			partialsIn: this.#in(WORK),
		});
		await this.tidy();
	}

	/**
	 * The manifest that is there, where its hash is this one.
	 * @throws UsageError `output-in-use` where a file of it is not there
	 */
	async finished(hash: string): Promise<RecordsManifest | null> {
		const { out, storage } = this;
		const content = await readIfThere(storage, this.#in(RECORDS_MANIFEST));
		const manifest = content && parsedManifest(content);
		if (manifest?.hash !== hash) return null;
		await requireWhole(storage, out, "these very rows", manifest.shards);
		return manifest;
	}

	/** Removes what this call, or one that was killed, leaves beside what the manifest lists. */
	async tidy(): Promise<void> {
		const { storage } = this;
		const listed = await listedFiles(storage, this.#in(RECORDS_MANIFEST));
		const kept = new Set(listed);
		for (const list of [NEXT, BEFORE]) {
			const files = (await listedFiles(storage, this.#in(list))) ?? [];
			const gone = files.filter((path) => !kept.has(path));
			await removeForGood(
				storage,
				gone.map((path) => this.#in(path)),
			);
			await storage.remove(this.#in(list));
		}
		await storage.remove(this.#in(WORK));
		await storage.removeEmpty(this.#in(DATA));
	}

	/** @throws UsageError `output-in-use` where something else is in the way, or packed records are that may not be replaced */
	async requireFree(overwrite: boolean): Promise<void> {
		const { out, storage } = this;
		const kind = (await storage.stat(out))?.kind ?? "directory";
		if (kind !== "directory")
			throw inUse(`${out} is a file, not a directory: name another one`);
		const listed = await listedFiles(storage, this.#in(RECORDS_MANIFEST));
		const next = await listedFiles(storage, this.#in(NEXT));
		const ours = new Set([STATE]);
		if (listed !== null) ours.add(RECORDS_MANIFEST);
		if (listed !== null || next !== null) ours.add(DATA);
		const others = (await storage.list(out)).filter((name) => !ours.has(name));
		if (others.length > 0)
			throw inUse(
				`${out} holds other things, such as ${others[0]}: name a new directory`,
			);
		if (listed !== null && !overwrite)
			throw inUse(
				`${out} holds packed records already: name another directory, or replace them with ${optionName("overwrite", true)}`,
			);
	}

	#in(path: string): string {
		return `${this.out}/${path}`;
	}
}

function inUse(why: string): UsageError {
	return new UsageError("output-in-use", `${why} (${optionName("out")}).`);
}

/** Null where it is not as it was written. */
function parsedManifest(content: Buffer): RecordsManifest | null {
	try {
		const { value, fault } = parseSignedJson(content, "shards");
		return (fault ?? shapeFault(recordsShape, value)) === null
			? (value as RecordsManifest)
			: null;
	} catch {
		return null;
	}
}

/**
 * Holds the lock of a directory while `action` writes packed records there.
 * @param finished What is there, where it is what this call would make.
 * @throws UsageError `output-in-use`, `in-use`
 */
export async function withRecordsDirectory<T>(
	out: string,
	overwrite: boolean,
	finished: (directory: RecordsDirectory) => Promise<T | null>,
	action: (directory: RecordsDirectory) => Promise<T>,
): Promise<T> {
	const directory = new RecordsDirectory(out);
	return withLockedDirectory(
		directory.storage,
		out,
		out,
		directory,
		{ overwrite, finished: () => finished(directory) },
		() => action(directory),
	);
}
