/** How many sequences of each length are left, with a bit for each length that is. */
export class LengthStock {
	readonly #counts: Float64Array;
	readonly #bits: Int32Array;
	readonly #summary: Int32Array;

	/** @param counts counts[l] sequences of l tokens; is changed. */
	constructor(counts: Float64Array) {
		this.#counts = counts;
		this.#bits = new Int32Array((counts.length >>> 5) + 1);
		this.#summary = new Int32Array((this.#bits.length >>> 5) + 1);
		for (let length = 1; length < counts.length; length++)
			if (counts[length] > 0) {
				this.#bits[length >>> 5] |= 1 << (length & 31);
				this.#summary[length >>> 10] |= 1 << ((length >>> 5) & 31);
			}
	}

	take(length: number): void {
		if (--this.#counts[length] > 0) return;
		const word = length >>> 5;
		this.#bits[word] &= ~(1 << (length & 31));
		if (this.#bits[word] === 0)
			this.#summary[word >>> 5] &= ~(1 << (word & 31));
	}

	/** The longest length of at most `most` that is left, or 0. */
	longestUpTo(most: number): number {
		let word = most >>> 5;
		let bits = this.#bits[word] & (-1 >>> (31 - (most & 31)));
		if (bits === 0) {
			word = this.#wordBefore(word);
			if (word === -1) return 0;
			bits = this.#bits[word];
		}
		return (word << 5) | (31 - Math.clz32(bits));
	}

	/** The shortest length of at least `least` that is left, or 0. */
	shortestFrom(least: number): number {
		let word = least >>> 5;
		if (word >= this.#bits.length) return 0;
		let bits = this.#bits[word] & (-1 << (least & 31));
		if (bits === 0) {
			word = this.#wordAfter(word);
			if (word === -1) return 0;
			bits = this.#bits[word];
		}
		return (word << 5) | (31 - Math.clz32(bits & -bits));
	}

	/** The length nearest to `target` of those left that are at most `most`, or 0. */
	nearest(target: number, most: number): number {
		const below = this.longestUpTo(Math.min(most, Math.floor(target)));
		const above = this.shortestFrom(Math.floor(target) + 1);
		if (above === 0 || above > most) return below;
		if (below === 0) return above;
		return target - below <= above - target ? below : above;
	}

	#wordBefore(word: number): number {
		let group = word >>> 5;
		let bits = this.#summary[group] & ~(-1 << (word & 31));
		while (bits === 0) {
			if (--group < 0) return -1;
			bits = this.#summary[group];
		}
		return (group << 5) | (31 - Math.clz32(bits));
	}

	#wordAfter(word: number): number {
		const from = word + 1;
		let group = from >>> 5;
		if (group >= this.#summary.length) return -1;
		let bits = this.#summary[group] & (-1 << (from & 31));
		while (bits === 0) {
			if (++group === this.#summary.length) return -1;
			bits = this.#summary[group];
		}
		return (group << 5) | (31 - Math.clz32(bits & -bits));
	}
}
