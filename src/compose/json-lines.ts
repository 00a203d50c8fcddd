import type { ComposedRecord } from "../recipes/composed.js";

/** Bytes of a chunk, about. */
const CHUNK = 1 << 20;

/** Writes composed records as JSON Lines, in chunks. */
export class LineWriter {
	#buffer = Buffer.allocUnsafe(2 * CHUNK);
	#length = 0;

	/** Whether there is enough for a chunk. */
	get isFull(): boolean {
		return this.#length >= CHUNK;
	}

	add(record: ComposedRecord): void {
		const line = JSON.stringify(record);
		// A unit of UTF-16 is three bytes of UTF-8 at most.
		const needed = this.#length + 3 * line.length + 1;
		if (needed > this.#buffer.length) {
			const grown = Buffer.allocUnsafe(
				Math.max(
					this.#length + Buffer.byteLength(line) + 1,
					2 * this.#buffer.length,
				),
			);
			this.#buffer.copy(grown, 0, 0, this.#length);
			this.#buffer = grown;
		}
		this.#length += this.#buffer.write(line, this.#length);
		this.#buffer[this.#length++] = 10;
	}

	/** The lines since the last chunk: memory of the caller's own. */
	take(): Buffer {
		const chunk = this.#buffer.subarray(0, this.#length);
		this.#buffer = Buffer.allocUnsafe(2 * CHUNK);
		this.#length = 0;
		return chunk;
	}
}
