import type { LengthBin, LengthHistogram } from "./figures.js";

/** Lengths below it have a bin each. */
const SINGLE = 8;
/** Bins of lengths from one power of two to the next, as a power of two. */
const PARTS = 2;
const BINS = SINGLE + ((31 - Math.log2(SINGLE)) << PARTS);

/** Counts lengths by ranges that grow with the length; its size does not depend on how many there are. */
export class LengthCounts {
	count = 0;
	tokens = 0;
	/** The sum of the squares of the lengths: what full attention over each costs. */
	squares = 0;
	#min = Number.POSITIVE_INFINITY;
	#max = 0;
	readonly #counts = new Float64Array(BINS);
	readonly #tokens = new Float64Array(BINS);

	/** @param weight How many there are of it. */
	add(length: number, weight = 1): void {
		const bin = binOf(length);
		this.#counts[bin] += weight;
		this.#tokens[bin] += length * weight;
		this.count += weight;
		this.tokens += length * weight;
		this.squares += length * length * weight;
		if (length < this.#min) this.#min = length;
		if (length > this.#max) this.#max = length;
	}

	addAll(lengths: ArrayLike<number>, weight = 1): void {
		for (let i = 0; i < lengths.length; i++) this.add(lengths[i], weight);
	}

	/** Null where there are none. Ranges without lengths are there between others. */
	histogram(): LengthHistogram | null {
		if (this.count === 0) return null;
		const bins: LengthBin[] = [];
		// Of a sample they are no whole numbers: what is told of all is the sum of the ranges.
		let [count, tokens] = [0, 0];
		for (let bin = binOf(this.#min); bin <= binOf(this.#max); bin++) {
			const own = {
				count: Math.round(this.#counts[bin]),
				tokens: Math.round(this.#tokens[bin]),
			};
			bins.push({ first: firstOf(bin), last: firstOf(bin + 1) - 1, ...own });
			count += own.count;
			tokens += own.tokens;
		}
		return { count, tokens, min: this.#min, max: this.#max, bins };
	}
}

function binOf(length: number): number {
	if (length < SINGLE) return length;
	const power = 31 - Math.clz32(length);
	const part = (length >>> (power - PARTS)) - (1 << PARTS);
	return SINGLE + ((power - Math.log2(SINGLE)) << PARTS) + part;
}

/** The shortest length of a bin. */
function firstOf(bin: number): number {
	if (bin < SINGLE) return bin;
	const power = Math.log2(SINGLE) + ((bin - SINGLE) >> PARTS);
	const part = (bin - SINGLE) & ((1 << PARTS) - 1);
	return 2 ** power + part * 2 ** (power - PARTS);
}
