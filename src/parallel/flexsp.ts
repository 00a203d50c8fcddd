import { sum } from "../core/arithmetic.js";
import type { Assignment } from "./assignment.js";
import { planChunk } from "./chunk-plan.js";
import { cutEvenly } from "./cut-sorted.js";
import { exactPlan } from "./exact.js";
import type { Group, ParallelRule, Problem, Solution } from "./problem.js";
import { solutionCost, solutionSpread } from "./solution-cost.js";
import { longestFirst, WorkTable } from "./work-table.js";

/** How many numbers of micro-batches are tried, from the fewest that can be. */
const COUNTS_TRIED = 5;

/**
 * Groups of powers of two that differ, after FlexSP (Y. Wang et al., 2412.01523): long sequences
 * are in micro-batches with long ones. The best of all plans where a search of some milliseconds
 * finds it, and close to it elsewhere.
 */
export const flexsp: ParallelRule = {
	meaning:
		"groups of unequal powers of two, so that the slowest of each micro-batch is fast",
	powersOfTwo: true,
	solve(problem) {
		const exact = exactPlan(problem);
		if (exact === undefined) return null;
		if (exact !== null && problem.slack === 0) return exact;
		const found = searchedPlan(problem);
		if (exact === null || found === null) return exact ?? found;
		const least = solutionCost(problem, exact);
		const cost = solutionCost(problem, found);
		const isNear = cost <= least * (1 + problem.slack);
		return isNear &&
			solutionSpread(problem, found) < solutionSpread(problem, exact)
			? { ...found, isExact: cost <= least * (1 + 1e-12) }
			: exact;
	},
};

function searchedPlan(problem: Problem): Solution | null {
	const { items, devices, capacity, cost, microBatches } = problem;
	const table = new WorkTable(problem);
	const order = longestFirst(problem);
	const tokens = order.map((item) => items.tokens[item]);
	const fewest = microBatches ?? Math.ceil(sum(tokens) / (devices * capacity));
	const most = microBatches ?? order.length;
	let best: Assignment[] | null = null;
	let least = Number.POSITIVE_INFINITY;
	let tries = 0;
	for (let count = fewest; count <= most && tries < COUNTS_TRIED; count++) {
		if (count * cost.fixed >= least) break;
		const plans = planChunks(problem, table, chunksOf(order, tokens, count));
		if (plans !== null) {
			const took =
				sum(plans.map((plan) => plan.loads[plan.slowest()])) +
				count * cost.fixed;
			if (took < least) {
				least = took;
				best = plans;
			}
		}
		if (best !== null) tries++;
	}
	if (best === null) return null;
	return { microBatches: best.map(groupsOf), isExact: false };
}

function chunksOf(
	order: Int32Array,
	tokens: Int32Array,
	count: number,
): Int32Array[] {
	const borders = cutEvenly(tokens, count);
	return Array.from({ length: count }, (_, i) =>
		order.subarray(borders[i], borders[i + 1]),
	);
}

function planChunks(
	problem: Problem,
	table: WorkTable,
	chunks: readonly Int32Array[],
): Assignment[] | null {
	const plans: Assignment[] = [];
	for (const chunk of chunks) {
		const plan = planChunk(problem, table, chunk);
		if (plan === null) return null;
		plans.push(plan);
	}
	return plans;
}

function groupsOf({ degrees, members }: Assignment): Group[] {
	return degrees.map((degree, group) => ({ degree, items: members[group] }));
}
