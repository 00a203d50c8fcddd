import { bucketLengths } from "./buckets.js";
import { cutFromLeft } from "./cut.js";
import type { DecomposeOptions } from "./decompose-options.js";
import type { Pieces } from "./pieces.js";

/**
 * Keeps documents whole: each is one piece, for the smallest bucket that holds it
 * (`bucketOf`), where it is padded, or packed with others. One longer than the
 * longest bucket is cut at that length.
 */
export function whole(lengths: Int32Array, options: DecomposeOptions): Pieces {
	const longest = Math.max(...bucketLengths(options));
	return cutFromLeft(lengths, (left) => Math.min(left, longest));
}

/** The smallest bucket that holds a piece: its place among the buckets' lengths, or -1. */
export function bucketOf(length: number, buckets: readonly number[]): number {
	return buckets.findIndex((bucket) => length <= bucket);
}
