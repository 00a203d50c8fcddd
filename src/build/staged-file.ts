import type { ManifestFile } from "../dataset/manifest.js";
import type { PendingFile, Store } from "../storage/store.js";
import { stagedPath } from "./paths.js";

/** A file that a task writes, if it has anything to put in it. */
export class StagedFile {
	readonly #store: Store;
	readonly #place: string;
	readonly #path: string;
	#file: PendingFile | null = null;

	constructor(store: Store, out: string, path: string) {
		this.#store = store;
		this.#path = path;
		this.#place = `${out}/${stagedPath(path)}`;
	}

	async open(): Promise<PendingFile> {
		this.#file ??= await this.#store.create(this.#place);
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
