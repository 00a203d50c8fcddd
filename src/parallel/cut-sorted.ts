/**
 * Cuts a list into runs so that the largest sum of a run is least; FlexSP cuts sequences into
 * micro-batches so, the longest first (2412.01523). Of equal cuts the last run is the longest.
 * Time O(parts n log n).
 * @param values Above 0, at least as many as parts.
 * @returns Borders: run i is values[borders[i] .. borders[i + 1]), none is empty.
 */
export function cutEvenly(
	values: ArrayLike<number>,
	parts: number,
): Int32Array {
	const count = values.length;
	const ends = new Float64Array(count + 1);
	for (let i = 0; i < count; i++) ends[i + 1] = ends[i] + values[i];
	let before = Float64Array.from(ends);
	before.fill(Number.POSITIVE_INFINITY, 0, 1);
	const cuts: Int32Array[] = [];
	for (let part = 2; part <= parts; part++) {
		const largest = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
		const cut = new Int32Array(count + 1);
		for (let end = part; end <= count; end++) {
			// The more the parts before take, the less the last one does.
			let low = part - 1;
			let high = end - 1;
			while (low < high) {
				const middle = (low + high) >> 1;
				if (before[middle] >= ends[end] - ends[middle]) high = middle;
				else low = middle + 1;
			}
			const sumAt = (at: number) => Math.max(before[at], ends[end] - ends[at]);
			const at = low > part - 1 && sumAt(low - 1) <= sumAt(low) ? low - 1 : low;
			largest[end] = sumAt(at);
			cut[end] = at;
		}
		cuts.push(cut);
		before = largest;
	}
	const borders = new Int32Array(parts + 1);
	borders[parts] = count;
	for (let part = parts - 1; part > 0; part--)
		borders[part] = cuts[part - 1][borders[part + 1]];
	return borders;
}
