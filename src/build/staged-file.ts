import type { ManifestFile } from "../dataset/manifest.js";
import type { PendingFile, Storage } from "../storage/storage.js";
import { stagedPath } from "./paths.js";

/** A file that a task writes, if it has anything to put in it. */
export class StagedFile {
	readonly #storage: Storage;
	readonly #place: string;
	readonly #path: string;
	#file: PendingFile | null = null;

	constructor(storage: Storage, out: string, path: string) {
		this.#storage = storage;
		this.#path = path;
		this.#place = `${out}/${stagedPath(path)}`;
	}

	async open(): Promise<PendingFile> {
		this.#file ??= await this.#storage.create(this.#place);
		return this.#file;
	}

	async commit(rows: number): Promise<ManifestFile | null> {
		if (this.#file === null) return null;
		const written = await this.#file.commit();
		this.#file = null;
		return { path: this.#path, rows, ...written };
	}

	async abort(): Promise<void> {
		await this.#file?.abort();
	}
}
