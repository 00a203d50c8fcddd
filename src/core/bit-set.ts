/**
 * A set of whole numbers from 0 to `most`, on two levels: a bit for each number, and
 * a bit for each word of these that is not zero. So the nearest member of a number is
 * found in a few operations on words, 1024 numbers at a time.
 */
export class BitSet {
	readonly #words: Int32Array;
	readonly #summary: Int32Array;

	constructor(most: number) {
		this.#words = new Int32Array((most >>> 5) + 1);
		this.#summary = new Int32Array((most >>> 10) + 1);
	}

	add(value: number): void {
		const word = value >>> 5;
		this.#words[word] |= 1 << (value & 31);
		this.#summary[word >>> 5] |= 1 << (word & 31);
	}

	delete(value: number): void {
		const word = value >>> 5;
		this.#words[word] &= ~(1 << (value & 31));
		if (this.#words[word] === 0)
			this.#summary[word >>> 5] &= ~(1 << (word & 31));
	}

	/** The smallest member of at least `least`, or -1. */
	smallestFrom(least: number): number {
		let word = least >>> 5;
		if (word >= this.#words.length) return -1;
		let bits = this.#words[word] & (-1 << (least & 31));
		if (bits === 0) {
			word = this.#wordFrom(word + 1);
			if (word === -1) return -1;
			bits = this.#words[word];
		}
		return (word << 5) | lowestBit(bits);
	}

	/** The largest member of at most `most`, or -1; `most` is at most the set's. */
	largestUpTo(most: number): number {
		let word = most >>> 5;
		let bits = this.#words[word] & (-1 >>> (31 - (most & 31)));
		if (bits === 0) {
			word = this.#wordBefore(word);
			if (word === -1) return -1;
			bits = this.#words[word];
		}
		return (word << 5) | highestBit(bits);
	}

	/** The first word from `from` on that is not zero, or -1. */
	#wordFrom(from: number): number {
		let group = from >>> 5;
		if (group >= this.#summary.length) return -1;
		let bits = this.#summary[group] & (-1 << (from & 31));
		while (bits === 0) {
			if (++group === this.#summary.length) return -1;
			bits = this.#summary[group];
		}
		return (group << 5) | lowestBit(bits);
	}

	/** The last word before `end` that is not zero, or -1. */
	#wordBefore(end: number): number {
		let group = end >>> 5;
		let bits = this.#summary[group] & ~(-1 << (end & 31));
		while (bits === 0) {
			if (--group < 0) return -1;
			bits = this.#summary[group];
		}
		return (group << 5) | highestBit(bits);
	}
}

function lowestBit(bits: number): number {
	return 31 - Math.clz32(bits & -bits);
}

function highestBit(bits: number): number {
	return 31 - Math.clz32(bits);
}
