import { registry } from "../core/registry.js";
import { bytescale } from "./bytescale.js";
import { flexsp } from "./flexsp.js";
import { hbp } from "./hbp.js";
import { hybridCp } from "./hybrid-cp.js";
import type { ParallelRule as Rule } from "./problem.js";

const entries = { flexsp, "hybrid-cp": hybridCp, hbp, bytescale };

export type ParallelRule = keyof typeof entries;

/** Every rule by which groups are planned. A new one is a file in this folder and a line here. */
export const parallelPlans = registry<ParallelRule, Rule>(
	"parallel plan",
	entries,
);
