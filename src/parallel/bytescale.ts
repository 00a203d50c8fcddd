import { planByLeastDegrees } from "./least-degrees.js";
import type { ParallelRule } from "./problem.js";

/** After ByteScale (H. Ge et al., 2502.21231). */
export const bytescale: ParallelRule = {
	meaning: "each sequence on as few devices as hold it, of any number",
	powersOfTwo: false,
	takesMicroBatches: false,
	solve: (problem) =>
		planByLeastDegrees(problem, {
			degreeOf: (tokens, capacity) => Math.ceil(tokens / capacity),
			grown: (degree) => degree + 1,
			joinsLarger: true,
		}),
};
