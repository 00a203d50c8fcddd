import { type Random, randomBelow } from "../core/random.js";
import { powersOfTwo } from "./buckets.js";
import { cutFromLeft } from "./cut.js";
import type { DecomposeOptions } from "./decompose-options.js";
import type { Pieces } from "./pieces.js";

/**
 * Cuts a document by the binary digits of its length, the largest first, from the
 * left: pieces of 2^k tokens, from `maxLength` down to `minLength`; what is left in
 * the end is shorter than `minLength` (Dataset Decomposition, section 3.1). With
 * `plusOne` a piece has 2^k + 1 tokens, inputs and shifted targets of 2^k each, as
 * in the authors' code.
 */
export function binary(lengths: Int32Array, options: DecomposeOptions): Pieces {
	const { minLength, maxLength } = options;
	powersOfTwo(options);
	const more = Number(options.plusOne ?? false);
	return cutFromLeft(lengths, (left) => {
		const length = Math.min(maxLength, powerUpTo(left - more));
		return length < minLength ? 0 : length + more;
	});
}

/**
 * As `binary`, but where twice `maxLength` or more is left the length of the next
 * piece is drawn: with odds of 1 for `maxLength`, 2 for half of it, 4 for a
 * quarter, down to `minLength`. So long documents fill all buckets; the authors'
 * code does this by default.
 */
export function binaryRandom(
	lengths: Int32Array,
	options: DecomposeOptions,
	random: Random,
): Pieces {
	const { minLength, maxLength } = options;
	const buckets = powersOfTwo(options);
	const more = Number(options.plusOne ?? false);
	const odds = 2 ** buckets.length - 1;
	return cutFromLeft(lengths, (left) => {
		const power = powerUpTo(left - more);
		if (power < minLength) return 0;
		if (power <= maxLength) return power + more;
		// Of the odds 1, 2, 4, ... from the longest on, the draw is below their sum.
		const halvings = Math.floor(Math.log2(randomBelow(random, odds) + 1));
		return maxLength / 2 ** halvings + more;
	});
}

/** The largest power of two of at most `tokens`; 0 when there is none. */
function powerUpTo(tokens: number): number {
	return tokens < 1 ? 0 : 1 << (31 - Math.clz32(tokens));
}
