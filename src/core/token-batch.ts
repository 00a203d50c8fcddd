import { Int32Buffer } from "./buffers.js";

/**
 * A batch of token lists, held as in an Arrow list array:
 * list i is `ids[offsets[i] .. offsets[i + 1])`.
 */
export interface TokenBatch {
	/** Token ids of all lists, back to back. */
	ids: Int32Array;
	/** Borders of the lists in `ids`: one more than there are lists. */
	offsets: Int32Array;
}

/**
 * Builds a TokenBatch list by list: write a list's tokens to `ids`, then call
 * `endList`.
 */
export class TokenBatchBuilder {
	readonly ids: Int32Buffer;
	readonly offsets: Int32Buffer;

	constructor(capacity = 1024) {
		this.ids = new Int32Buffer(capacity);
		this.offsets = new Int32Buffer(256);
		this.offsets.push(0);
	}

	/** How many lists are ended. */
	get lists(): number {
		return this.offsets.length - 1;
	}

	endList(): void {
		this.offsets.push(this.ids.length);
	}

	/** The lists so far: views, valid until the builder is written to again. */
	view(): TokenBatch {
		return { ids: this.ids.view(), offsets: this.offsets.view() };
	}

	/** Empties the builder and keeps its memory. */
	clear(): void {
		this.ids.length = 0;
		this.offsets.length = 1;
	}

	/** Lets others use the memory: no view may be left, and nothing can be added. */
	free(): void {
		this.ids.free();
		this.offsets.free();
	}
}

/** The length of each list of a batch. */
export function listLengths(offsets: Int32Array): Int32Array {
	const lengths = new Int32Array(offsets.length - 1);
	for (let i = 0; i < lengths.length; i++)
		lengths[i] = offsets[i + 1] - offsets[i];
	return lengths;
}
