/**
 * Deals rows out to ranks, as many to each, the costliest first: one to each rank, then
 * one to each in the opposite order, and so on. So the i-th rows of all ranks follow one
 * another by cost, and no rank has the costlier one every time. ProLong (2410.02660) sorts
 * the rows of a device by the same cost, for the same end.
 * @param costs Cost of each row; as many rows as ranks times a whole number.
 * @returns The rows of each rank, the costliest first.
 */
export function dealRows(costs: Float64Array, ranks: number): Int32Array[] {
	const each = costs.length / ranks;
	const order = Int32Array.from(costs.keys()).sort(
		(a, b) => costs[b] - costs[a] || a - b,
	);
	return Array.from({ length: ranks }, (_, rank) =>
		Int32Array.from({ length: each }, (_, round) => {
			const place = round % 2 === 0 ? rank : ranks - 1 - rank;
			return order[round * ranks + place];
		}),
	);
}
