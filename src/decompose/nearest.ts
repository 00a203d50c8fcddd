import { bucketLengths } from "./buckets.js";
import { cutFromLeft } from "./cut.js";
import type { DecomposeOptions } from "./decompose-options.js";
import type { Pieces } from "./pieces.js";

/**
 * Cuts a document from the left into pieces of the buckets' lengths, each as long
 * as what is left allows; with powers of two it is `binary`.
 */
export function nearest(
	lengths: Int32Array,
	options: DecomposeOptions,
): Pieces {
	const buckets = bucketLengths(options);
	return cutFromLeft(lengths, (left) => {
		let found = 0;
		for (const length of buckets) if (length <= left) found = length;
		return found;
	});
}
