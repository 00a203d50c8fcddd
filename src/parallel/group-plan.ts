import { sum } from "../core/arithmetic.js";
import { fewestMicroBatches } from "./fewest.js";
import { type GroupCost, workOf } from "./group-cost.js";
import type { Problem, Solution } from "./problem.js";
import { groupCost } from "./solution-cost.js";

/** Devices that take some of a micro-batch's items together. */
export interface PlannedGroup {
	microBatch: number;
	/** It has the ranks from here on, `degree` of them. */
	firstRank: number;
	degree: number;
	/** Numbers of its items, ascending. */
	items: Int32Array;
	/** By the cost that the plan was made with. */
	cost: number;
}

export interface GroupPlan {
	microBatches: number;
	/** By micro-batch, then first rank; those of a micro-batch have every rank once. */
	groups: PlannedGroup[];
	/** What a step takes: the sum over its micro-batches of the slowest group. */
	cost: number;
	/** No plan costs less. */
	bound: number;
	/** Whether no plan of the same rule's groups costs less. */
	isExact: boolean;
}

/**
 * The plan with its groups' costs and ranks: the largest groups have the first ranks, and of
 * those of one degree the costliest go to the ranks that have had least.
 */
export function groupPlan(problem: Problem, solution: Solution): GroupPlan {
	const groups: PlannedGroup[] = [];
	const had = new Float64Array(problem.devices);
	let cost = 0;
	for (const [microBatch, unranked] of solution.microBatches.entries()) {
		const ranked = ranks(
			unranked.map((group) => ({
				...{ microBatch, firstRank: 0, degree: group.degree },
				items: Int32Array.from(group.items).sort(),
				cost: groupCost(problem, group),
			})),
			had,
		);
		groups.push(...ranked);
		cost += ranked.reduce((most, group) => Math.max(most, group.cost), 0);
	}
	// Sums of the same numbers in another order differ in their last digits.
	const bound = Math.min(cost, costBound(problem));
	return {
		microBatches: solution.microBatches.length,
		groups,
		cost,
		bound,
		isExact: solution.isExact || cost <= bound * (1 + 1e-12),
	};
}

/** Gives groups of a micro-batch their first ranks; `had` is what ranks took before, and is added to. */
function ranks(groups: PlannedGroup[], had: Float64Array): PlannedGroup[] {
	groups.sort(
		(a, b) => b.degree - a.degree || b.cost - a.cost || a.items[0] - b.items[0],
	);
	let first = 0;
	for (let from = 0, to = 0; from < groups.length; from = to) {
		const { degree } = groups[from];
		while (groups[to]?.degree === degree) to++;
		const slots = Array.from({ length: to - from }, (_, i) => {
			const rank = first + i * degree;
			return { rank, had: Math.max(...had.subarray(rank, rank + degree)) };
		});
		slots.sort((a, b) => a.had - b.had || a.rank - b.rank);
		for (const [i, { rank }] of slots.entries()) {
			const group = groups[from + i];
			group.firstRank = rank;
			for (let of = rank; of < rank + degree; of++) had[of] += group.cost;
		}
		first += (to - from) * degree;
	}
	return groups.sort((a, b) => a.firstRank - b.firstRank);
}

/**
 * What no plan beats: all computing shared evenly, and the costliest item on the degree that is
 * fastest for it; with `fixed` for the fewest micro-batches that hold the tokens.
 */
function costBound(problem: Problem): number {
	const { devices, largestDegree, capacity, cost, microBatches } = problem;
	const { tokens, squares } = problem.items;
	const compute = workOf(
		{ ...cost, communication: undefined },
		sum(tokens),
		sum(squares),
		devices,
	);
	const degrees = fastDegrees(cost, largestDegree);
	let longest = 0;
	let of = -1;
	for (let i = 0; i < tokens.length; i++) {
		// What has less of both is done sooner.
		if (tokens[i] <= tokens[of] && squares[i] <= squares[of]) continue;
		let fastest = Number.POSITIVE_INFINITY;
		for (const degree of degrees)
			if (degree * capacity >= tokens[i])
				fastest = Math.min(
					fastest,
					workOf(cost, tokens[i], squares[i], degree),
				);
		if (fastest <= longest) continue;
		longest = fastest;
		of = i;
	}
	const fewest = microBatches ?? fewestMicroBatches(problem, largestDegree);
	return Math.max(compute, longest) + fewest * cost.fixed;
}

/** Degrees up to the largest, but for those that are no faster than a larger one of the same bandwidth. */
function fastDegrees({ communication }: GroupCost, largest: number): number[] {
	const degrees = new Set([largest]);
	for (let degree = 1; degree < largest; degree *= 2) degrees.add(degree);
	for (const listed of Object.keys(communication?.bandwidth ?? {}))
		if (Number(listed) < largest) degrees.add(Number(listed));
	return [...degrees];
}
