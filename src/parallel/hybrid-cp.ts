import { powerOfTwoFrom } from "./group-cost.js";
import { planByLeastDegrees } from "./least-degrees.js";
import type { ParallelRule } from "./problem.js";

/**
 * After Megatron-LM's hybrid context parallelism (`hybrid_cp_schedule.py`). Its groups take their
 * sequences one after the other; here a device holds all that its group takes of a micro-batch.
 */
export const hybridCp: ParallelRule = {
	meaning:
		"each sequence on the least power of two of devices that holds it, groups within 5 % of each other",
	powersOfTwo: true,
	takesMicroBatches: false,
	solve: (problem) =>
		planByLeastDegrees(problem, {
			degreeOf: (tokens, capacity) => powerOfTwoFrom(tokens / capacity),
			grown: (degree) => 2 * degree,
			joinsLarger: false,
		}),
};
