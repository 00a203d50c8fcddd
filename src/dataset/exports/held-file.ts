import type { ExportFile } from "./export-format.js";

/** Holds what is written, for what must stand before it and is known at its end. */
export class HeldFile implements ExportFile {
	bytes = 0;
	readonly #parts: Uint8Array[] = [];

	async write(bytes: Uint8Array): Promise<void> {
		this.#parts.push(bytes.slice());
		this.bytes += bytes.length;
	}

	async close(): Promise<void> {}

	/** Writes all of it to another file. */
	async copyTo(file: ExportFile): Promise<void> {
		for (const part of this.#parts) await file.write(part);
	}
}
