import { Float32Buffer, Int32Buffer, Uint8Buffer } from "./buffers.js";

/** Numbers that a builder keeps memory for: that of a giant list is let go. */
const MOST_KEPT = 1 << 25;

/**
 * A batch of token lists, held as in an Arrow list array:
 * list i is `ids[offsets[i] .. offsets[i + 1])`.
 */
export interface TokenBatch {
	/** Token ids of all lists, back to back. */
	ids: Int32Array;
	/** Borders of the lists in `ids`: one more than there are lists. */
	offsets: Int32Array;
	/** 1 for each of `ids` that is to be trained on; left out or null: all are. */
	lossMask?: Uint8Array | null;
	/** The weight of each of `ids`, 0 for those that are not to be trained on; left out or null: none is given. */
	lossWeights?: Float32Array | null;
}

/**
 * Builds a TokenBatch list by list: write a list's tokens to `ids`, and to `lossMask` and
 * `lossWeights` where there are any, then call `endList`.
 */
export class TokenBatchBuilder {
	readonly ids: Int32Buffer;
	readonly offsets: Int32Buffer;
	readonly lossMask: Uint8Buffer | null;
	readonly lossWeights: Float32Buffer | null;

	/**
	 * @param isMasked Whether some tokens are not to be trained on.
	 * @param isWeighted Whether tokens have weights.
	 */
	constructor(capacity = 1024, isMasked = false, isWeighted = false) {
		this.ids = new Int32Buffer(capacity);
		this.lossMask = isMasked ? new Uint8Buffer() : null;
		this.lossWeights = isWeighted ? new Float32Buffer() : null;
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
		const lossMask = this.lossMask?.view() ?? null;
		return {
			ids: this.ids.view(),
			offsets: this.offsets.view(),
			lossMask,
			...(this.lossWeights && { lossWeights: this.lossWeights.view() }),
		};
	}

	/** Empties the builder and keeps its memory, unless that is much: no view may be left. */
	clear(): void {
		if (this.ids.array.length > MOST_KEPT) this.ids.free();
		this.ids.length = 0;
		this.offsets.length = 1;
		if (this.lossMask !== null) this.lossMask.length = 0;
		if (this.lossWeights !== null) this.lossWeights.length = 0;
	}

	/** Lets others use the memory: no view may be left, and nothing can be added. */
	free(): void {
		this.ids.free();
		this.offsets.free();
		this.lossMask?.free();
		this.lossWeights?.free();
	}
}

/** Labels of a sequence of so many tokens: those that are to be trained on, but for the first. */
export function countLabels(
	{ lossMask }: Pick<TokenBatch, "lossMask">,
	first: number,
	length: number,
): number {
	if (!lossMask) return length - 1;
	let labels = 0;
	for (let i = first + 1; i < first + length; i++) labels += lossMask[i];
	return labels;
}

/** The length of each list of a batch. */
export function listLengths(offsets: Int32Array): Int32Array {
	const lengths = new Int32Array(offsets.length - 1);
	for (let i = 0; i < lengths.length; i++)
		lengths[i] = offsets[i + 1] - offsets[i];
	return lengths;
}
