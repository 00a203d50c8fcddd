/** A hash of two numbers below 2^32; the kernel has the same. */
export function hashPair(left: number, right: number): number {
	const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
	return hash ^ (hash >>> 15);
}
