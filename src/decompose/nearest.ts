import { bucketLengths, checkBuckets } from "./buckets.js";
import type { Decomposer } from "./decomposer.js";
import { buckets, maxLength, minLength, remainder } from "./options.js";
import { cutFromLeft } from "./pieces.js";

const options = { buckets, minLength, maxLength, remainder };

/**
 * Cuts a document from the left into pieces of the buckets' lengths, each as long
 * as what is left allows; with powers of two it is `binary`.
 */
export const nearest: Decomposer<typeof options> = {
	meaning:
		"buckets of any lengths: each piece is the longest that fits into the rest of the document",
	options,
	fillsRows: true,
	dropReasons: { some: "remainder", none: "too-short" },
	check: checkBuckets,
	lengths: bucketLengths,
	cut(lengths, options) {
		const buckets = bucketLengths(options);
		return cutFromLeft(lengths, (left) => {
			let found = 0;
			for (const length of buckets) if (length <= left) found = length;
			return found;
		});
	},
};
