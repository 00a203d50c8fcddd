import type { ReadableFile } from "../../storage/storage.js";
import type { ReadableStorage } from "../source.js";

/** Counts the bytes that are read. */
export class CountedStorage implements ReadableStorage {
	bytes = 0;
	readonly #storage: ReadableStorage;

	constructor(storage: ReadableStorage) {
		this.#storage = storage;
	}

	get readSize(): number {
		return this.#storage.readSize;
	}

	get readsAhead(): number | undefined {
		return this.#storage.readsAhead;
	}

	stat(path: string) {
		return this.#storage.stat(path);
	}

	async open(path: string): Promise<ReadableFile> {
		const file = await this.#storage.open(path);
		return {
			read: async (position, length, into) => {
				const bytes = await file.read(position, length, into);
				this.bytes += bytes.length;
				return bytes;
			},
			close: () => file.close(),
		};
	}
}
