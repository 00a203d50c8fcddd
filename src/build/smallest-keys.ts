/** A run of keys as it is added to a list of the smallest ones. */
export interface SmallestRule {
	/** How many are wanted. */
	count: number;
	/** Whether equal ones count once. */
	areDistinct: boolean;
}

/**
 * The smallest of some keys, in ascending order: as many as are wanted and one more, which tells
 * whether the last of them has equals that are not among them.
 */
export function smallestKeys(
	keys: Iterable<number>,
	{ count, areDistinct }: SmallestRule,
): Float64Array {
	return Float64Array.from(areDistinct ? new Set(keys) : keys)
		.sort()
		.slice(0, count + 1);
}

/** How many of some keys in ascending order are a key. */
export function countEqual(keys: Float64Array, key: number): number {
	const first = keys.indexOf(key);
	return first === -1 ? 0 : keys.lastIndexOf(key) - first + 1;
}
