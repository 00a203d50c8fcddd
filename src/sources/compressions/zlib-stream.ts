import type { Transform } from "node:stream";

/** What Node's decompressors are, beyond a stream. */
type Decompressor = Transform & { bytesWritten: number };

/** Bytes that a decompressor makes room for at a time. */
export const CHUNK_SIZE = 1 << 17;

/**
 * Drives a decompressor of Node one write at a time, so that memory is bounded and
 * what comes out before an error does not depend on timing.
 */
export class ZlibStream {
	readonly #stream: Decompressor;
	readonly #closed: Promise<void>;
	#ready: Buffer[] = [];
	#failure: Error | null = null;

	constructor(stream: Decompressor) {
		this.#stream = stream;
		stream.on("data", (piece: Buffer) => this.#ready.push(piece));
		stream.on("error", (error) => {
			this.#failure = error;
		});
		this.#closed = new Promise((resolve) => stream.on("close", resolve));
	}

	/**
	 * What the input decompresses to, and how much of it was used: less than all where
	 * the data ends before.
	 * @throws the decompressor's error
	 */
	async write(input: Buffer): Promise<{ output: Buffer[]; used: number }> {
		const before = this.#stream.bytesWritten;
		// After an error it closes, and never says that it has taken the input.
		const taken = new Promise<void>((resolve) => {
			this.#stream.write(input, () => resolve());
		});
		await Promise.race([taken, this.#closed]);
		if (this.#failure) throw this.#failure;
		const output = this.#ready;
		this.#ready = [];
		return { output, used: this.#stream.bytesWritten - before };
	}

	close(): void {
		this.#stream.destroy();
	}
}
