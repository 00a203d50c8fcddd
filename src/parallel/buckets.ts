export interface LengthBuckets {
	/** Of each bucket the longest of its lengths, ascending. */
	bounds: Int32Array;
	/** Of each length the bucket that it is in. */
	bucketOf: Int32Array;
	/** The sum over lengths of what their bound has more. */
	rounding: number;
}

/**
 * Puts lengths into buckets so that as few tokens as can be are added where each counts as its
 * bucket's longest, by dynamic programming (FlexSP, 2412.01523). Time O(count d²) for d
 * different lengths.
 * @param count The most buckets there are.
 */
export function lengthBuckets(
	lengths: Int32Array,
	count: number,
): LengthBuckets {
	const order = Int32Array.from(lengths.keys()).sort(
		(a, b) => lengths[a] - lengths[b] || a - b,
	);
	const different: number[] = [];
	/** Of the lengths up to each different one how many they are, and their sum. */
	const numbers = [0];
	const sums = [0];
	for (const i of order) {
		if (different.at(-1) !== lengths[i]) {
			different.push(lengths[i]);
			numbers.push(numbers[numbers.length - 1]);
			sums.push(sums[sums.length - 1]);
		}
		numbers[numbers.length - 1]++;
		sums[sums.length - 1] += lengths[i];
	}
	const kinds = different.length;
	const buckets = Math.min(count, kinds);
	const added = (from: number, to: number) =>
		different[to - 1] * (numbers[to] - numbers[from]) - (sums[to] - sums[from]);
	let least = new Float64Array(kinds + 1).fill(Number.POSITIVE_INFINITY);
	least[0] = 0;
	const cuts: Int32Array[] = [];
	for (let bucket = 1; bucket <= buckets; bucket++) {
		const next = new Float64Array(kinds + 1).fill(Number.POSITIVE_INFINITY);
		const cut = new Int32Array(kinds + 1);
		for (let to = bucket; to <= kinds; to++)
			for (let from = bucket - 1; from < to; from++) {
				const all = least[from] + added(from, to);
				if (all < next[to]) {
					next[to] = all;
					cut[to] = from;
				}
			}
		cuts.push(cut);
		least = next;
	}
	const bounds = new Int32Array(buckets);
	for (let bucket = buckets, to = kinds; bucket > 0; bucket--) {
		bounds[bucket - 1] = different[to - 1];
		to = cuts[bucket - 1][to];
	}
	const bucketOf = new Int32Array(lengths.length);
	let bucket = 0;
	for (const i of order) {
		while (bounds[bucket] < lengths[i]) bucket++;
		bucketOf[i] = bucket;
	}
	return { bounds, bucketOf, rounding: least[kinds] };
}
