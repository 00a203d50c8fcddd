import { exactPlan } from "./exact.js";
import type { ParallelRule } from "./problem.js";
import { searchedPlan } from "./searched-plan.js";
import { solutionCost, solutionSpread } from "./solution-cost.js";

/**
 * Groups of powers of two that differ, after FlexSP (Y. Wang et al., 2412.01523): long sequences
 * are in micro-batches with long ones. The best of all plans where a search of some milliseconds
 * finds it, and close to it elsewhere.
 */
export const flexsp: ParallelRule = {
	meaning:
		"groups of unequal powers of two, so that the slowest of each micro-batch is fast",
	powersOfTwo: true,
	takesMicroBatches: true,
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
