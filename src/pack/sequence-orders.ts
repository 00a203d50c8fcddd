/** Indices of all sequences as they come. */
export function asTheyCome(lengths: Int32Array): Int32Array {
	const order = new Int32Array(lengths.length);
	for (let i = 0; i < order.length; i++) order[i] = i;
	return order;
}

/**
 * Indices from the longest sequence to the shortest; stable counting sort.
 * @param starts `startsByLength` of the lengths, where that is there already.
 */
export function longestFirst(
	lengths: Int32Array,
	capacity: number,
	starts = startsByLength(lengths, capacity),
): Int32Array {
	const next = starts.slice();
	const sorted = new Int32Array(lengths.length);
	for (let i = 0; i < lengths.length; i++) sorted[next[lengths[i]]++] = i;
	return sorted;
}

/** Where the sequences of each length 0..capacity begin, sorted from the longest on. */
export function startsByLength(
	lengths: Int32Array,
	capacity: number,
): Int32Array {
	const starts = new Int32Array(capacity + 1);
	for (const length of lengths) starts[length]++;
	let before = 0;
	for (let length = capacity; length >= 0; length--) {
		const count = starts[length];
		starts[length] = before;
		before += count;
	}
	return starts;
}

/** How many sequences there are of each length 0..capacity. */
export function countLengths(
	lengths: Int32Array,
	capacity: number,
): Float64Array {
	const counts = new Float64Array(capacity + 1);
	for (const length of lengths) counts[length]++;
	return counts;
}
