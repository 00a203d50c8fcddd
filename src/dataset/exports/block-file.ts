import type { ExportFile } from "./export-format.js";

const BLOCK = 1 << 20;

/** Gathers bytes before they are written. */
export class BlockFile {
	readonly #file: ExportFile;
	readonly #block = new Uint8Array(BLOCK);
	#used = 0;

	constructor(file: ExportFile) {
		this.#file = file;
	}

	/** The bytes may be reused once this has resolved, or has returned nothing. */
	add(bytes: Uint8Array): Promise<void> | undefined {
		if (this.#used + bytes.length > BLOCK) return this.#addLong(bytes);
		this.#block.set(bytes, this.#used);
		this.#used += bytes.length;
		return undefined;
	}

	async close(): Promise<void> {
		await this.#flush();
		await this.#file.close();
	}

	async #addLong(bytes: Uint8Array): Promise<void> {
		await this.#flush();
		if (bytes.length > BLOCK) await this.#file.write(bytes);
		else this.add(bytes);
	}

	async #flush(): Promise<void> {
		const bytes = this.#block.subarray(0, this.#used);
		this.#used = 0;
		await this.#file.write(bytes);
	}
}
