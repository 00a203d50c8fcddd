/**
 * The fewest packs that could hold these sequences: no packing needs fewer
 * than their tokens divided by the capacity, rounded up.
 */
export function lowerBound(lengths: Int32Array, capacity: number): number {
	let tokens = 0;
	for (const length of lengths) tokens += length;
	return Math.ceil(tokens / capacity);
}
