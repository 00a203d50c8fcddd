import { sum } from "../core/arithmetic.js";

// How unequal work is: always the largest cost over the mean, 1 where it is even.

/** The largest of costs over their mean. */
export function imbalance(costs: ArrayLike<number>): number {
	const total = sum(costs);
	if (total === 0) return 1;
	let most = 0;
	for (let i = 0; i < costs.length; i++) most = Math.max(most, costs[i]);
	return (most * costs.length) / total;
}

/**
 * The imbalance of steps of one row a rank, averaged over the steps. Rows left over at
 * the end make no step.
 * @param costs Cost of each row, in the order of the rows.
 */
export function stepImbalance(costs: Float64Array, ranks: number): number {
	const steps = Math.floor(costs.length / ranks);
	if (steps === 0) return 1;
	let all = 0;
	for (let step = 0; step < steps; step++)
		all += imbalance(costs.subarray(step * ranks, (step + 1) * ranks));
	return all / steps;
}

/** The imbalance of what ranks do in one step, each some of its rows. */
export function rankImbalance(
	costs: Float64Array,
	ranks: readonly ArrayLike<number>[],
): number {
	return imbalance(
		ranks.map((rows) => sum(Array.from(rows, (row) => costs[row]))),
	);
}
