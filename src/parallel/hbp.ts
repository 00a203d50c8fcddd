import { planEqualGroups } from "./equal-groups.js";
import { powerOfTwoFrom } from "./group-cost.js";
import type { ParallelRule } from "./problem.js";

/** After hierarchical balance packing (Y. Yao et al., 2503.07680), with a level a step. */
export const hbp: ParallelRule = {
	meaning:
		"one degree for all groups of a step, the least power of two that holds its longest sequence",
	powersOfTwo: true,
	takesMicroBatches: true,
	solve(problem) {
		const { items, devices, capacity } = problem;
		const longest = items.tokens.reduce((most, n) => Math.max(most, n), 0);
		let degree = powerOfTwoFrom(longest / capacity);
		for (; degree <= devices; degree *= 2) {
			const microBatches = planEqualGroups(problem, degree);
			if (microBatches !== null) return { microBatches, isExact: false };
		}
		return null;
	},
};
