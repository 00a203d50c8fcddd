/**
 * Shares rows out to ranks, as many to each, so that their costs are near equal: the
 * costliest row first, to the rank that has the least and is not full (R. Graham's
 * LPT rule, with as many to each; FlexSP, 2412.01523, and WLB-LLM, 2503.17924,
 * balance by the same costs).
 * @param costs Cost of each row; as many rows as ranks times a whole number.
 * @returns The rows of each rank, in their order.
 */
export function balanceRanks(costs: Float64Array, ranks: number): Int32Array[] {
	const each = costs.length / ranks;
	const order = Int32Array.from(costs.keys()).sort(
		(a, b) => costs[b] - costs[a] || a - b,
	);
	const sums = new Float64Array(ranks);
	const members: number[][] = Array.from({ length: ranks }, () => []);
	for (const row of order) {
		let least = -1;
		for (let rank = 0; rank < ranks; rank++)
			if (
				members[rank].length < each &&
				(least === -1 || sums[rank] < sums[least])
			)
				least = rank;
		members[least].push(row);
		sums[least] += costs[row];
	}
	return members.map((rows) => Int32Array.from(rows).sort());
}
