import { bucketLengths, checkBuckets } from "./buckets.js";
import type { Decomposer } from "./decomposer.js";
import { buckets, maxLength, minLength, remainder } from "./options.js";
import { cutFromLeft } from "./pieces.js";

const options = { buckets, minLength, maxLength, remainder };

/**
 * Keeps documents whole: each is one piece, for the smallest bucket that holds it,
 * where it is padded, or packed with others. One longer than the longest bucket is
 * cut at that length.
 */
export const whole: Decomposer<typeof options> = {
	meaning:
		"each document whole, in the smallest bucket that holds it; longer ones are cut at the longest",
	options,
	fillsRows: false,
	dropReasons: null,
	check: checkBuckets,
	lengths: bucketLengths,
	cut(lengths, options) {
		const longest = Math.max(...bucketLengths(options));
		return cutFromLeft(lengths, (left) => Math.min(left, longest));
	},
};
