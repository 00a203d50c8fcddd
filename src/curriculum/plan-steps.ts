import type { Given } from "../core/option.js";
import { createRandom } from "../core/random.js";
import { resolveOptions } from "../core/resolve-options.js";
import type { CountedBucket } from "./plan-context.js";
import { type PlannedStage, planStage } from "./plan-stage.js";
import { stageTable } from "./stage-options.js";

/** A stage of one dataset, and what a step is. */
export type PlanStepsOptions = Given<typeof stageTable> & {
	/** Tokens of a step, a multiple of the lengths of all buckets. */
	readonly tokensPerStep: number;
	/** Ranks that share a step; default 1. */
	readonly worldSize?: number;
	/** How often rows may come; default 1. */
	readonly epochs?: number;
};

/**
 * The bucket of each step, from how many rows each bucket of a dataset has: the first stage of the
 * curriculum with the same options and seed.
 * @throws UsageError that say the numbers and a way out
 */
export function planSteps(
	buckets: readonly CountedBucket[],
	{ tokensPerStep, worldSize = 1, epochs = 1, ...options }: PlanStepsOptions,
	seed = 0,
): PlannedStage {
	const stage = resolveOptions(stageTable, options as Given<typeof stageTable>);
	const context = {
		datasets: [buckets],
		tokensPerStep,
		worldSize,
		epochs,
		used: [new Map()],
	};
	return planStage(context, stage, createRandom(seed, 0));
}
