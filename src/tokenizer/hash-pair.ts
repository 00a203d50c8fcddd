import { HASH_FACTOR, HASH_FOLD, HASH_OTHER_FACTOR } from "./layout.js";

/** A hash of two numbers below 2^32; the kernel has the same. */
export function hashPair(left: number, right: number): number {
	const hash =
		Math.imul(left, HASH_FACTOR) ^ Math.imul(right, HASH_OTHER_FACTOR);
	return hash ^ (hash >>> HASH_FOLD);
}
