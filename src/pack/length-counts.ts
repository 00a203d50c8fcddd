/** How many sequences there are of each length 0..capacity. */
export function countLengths(
	lengths: Int32Array,
	capacity: number,
): Float64Array {
	const counts = new Float64Array(capacity + 1);
	for (const length of lengths) counts[length]++;
	return counts;
}
