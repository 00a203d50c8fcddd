import type { Resolved } from "../core/option.js";
import { randomBelow } from "../core/random.js";
import { checkPowersOfTwo, powersOfTwo } from "./buckets.js";
import type { Decomposer } from "./decomposer.js";
import { maxLength, minLength, plusOne, remainder } from "./options.js";
import { cutFromLeft } from "./pieces.js";

const options = { minLength, maxLength, plusOne, remainder };

const facts = {
	options,
	fillsRows: true,
	dropReasons: { some: "remainder", none: "too-short" },
	check: checkPowersOfTwo,
	lengths: powersOfTwo,
	extraTokens: ({ plusOne }: Resolved<typeof options>) => Number(plusOne),
};

/**
 * Cuts a document by the binary digits of its length, the largest first, from the
 * left: pieces of 2^k tokens, from `maxLength` down to `minLength`; what is left in
 * the end is shorter than `minLength` (Dataset Decomposition, section 3.1). With
 * `plusOne` a piece has 2^k + 1 tokens, inputs and shifted targets of 2^k each, as
 * in the authors' code.
 */
export const binary: Decomposer<typeof options> = {
	...facts,
	meaning:
		"powers of two from the beginning of the document, the longest first: the binary digits of its length",
	cut(lengths, { minLength, maxLength, plusOne }) {
		const more = Number(plusOne);
		return cutFromLeft(lengths, (left) => {
			const length = Math.min(maxLength, powerUpTo(left - more));
			return length < minLength ? 0 : length + more;
		});
	},
};

/**
 * As `binary`, but where twice `maxLength` or more is left the length of the next
 * piece is drawn: with odds of 1 for `maxLength`, 2 for half of it, 4 for a
 * quarter, down to `minLength`. So long documents fill all buckets; the authors'
 * code does this by default.
 */
export const binaryRandom: Decomposer<typeof options> = {
	...facts,
	meaning:
		"as in the code of the paper's authors: while at least twice the longest bucket is left, the next length is drawn at random; half the length is twice as likely",
	cut(lengths, { minLength, maxLength, plusOne }, random) {
		const more = Number(plusOne);
		const odds = 2 ** powersOfTwo({ minLength, maxLength }).length - 1;
		return cutFromLeft(lengths, (left) => {
			const power = powerUpTo(left - more);
			if (power < minLength) return 0;
			if (power <= maxLength) return power + more;
			// Of the odds 1, 2, 4, ... from the longest on, the draw is below their sum.
			const halvings = Math.floor(Math.log2(randomBelow(random, odds) + 1));
			return maxLength / 2 ** halvings + more;
		});
	},
};

/** The largest power of two of at most `tokens`; 0 when there is none. */
function powerUpTo(tokens: number): number {
	return tokens < 1 ? 0 : 1 << (31 - Math.clz32(tokens));
}
