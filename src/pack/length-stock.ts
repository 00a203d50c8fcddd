import { BitSet } from "../core/bit-set.js";

/** How many sequences of each length are left. */
export class LengthStock {
	readonly #counts: Float64Array;
	readonly #lengths: BitSet;

	/** @param counts counts[l] sequences of l tokens; is changed. */
	constructor(counts: Float64Array) {
		this.#counts = counts;
		this.#lengths = new BitSet(counts.length);
		for (let length = 1; length < counts.length; length++)
			if (counts[length] > 0) this.#lengths.add(length);
	}

	take(length: number): void {
		if (--this.#counts[length] === 0) this.#lengths.delete(length);
	}

	/** The longest length of at most `most` that is left, or -1. */
	longestUpTo(most: number): number {
		return this.#lengths.largestUpTo(most);
	}

	/** The length nearest to `target` of those left that are at most `most`, or -1. */
	nearest(target: number, most: number): number {
		const below = this.longestUpTo(Math.min(most, Math.floor(target)));
		const above = this.#lengths.smallestFrom(Math.floor(target) + 1);
		if (above === -1 || above > most) return below;
		if (below === -1) return above;
		return target - below <= above - target ? below : above;
	}
}
