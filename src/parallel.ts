/**
 * Which devices take which sequences of a step, in which micro-batches. Needs nothing from
 * Node.
 * @module seqpack/parallel
 */
export { DataError, SeqpackError, UsageError } from "./core/errors.js";
export { createRandom, type Random } from "./core/random.js";
export { type LengthBuckets, lengthBuckets } from "./parallel/buckets.js";
export { EvenCuts } from "./parallel/even-cuts.js";
export {
	checkCost,
	type GroupCost,
	SQUARED_LENGTH,
} from "./parallel/group-cost.js";
export type { GroupPlan, PlannedGroup } from "./parallel/group-plan.js";
export { type Items, itemsOfLengths } from "./parallel/items.js";
export { type ParallelRule, parallelPlans } from "./parallel/parallel-plans.js";
export {
	type PlanGroupsOptions,
	planGroups,
} from "./parallel/plan-groups.js";
export {
	type PlanMicroBatchesOptions,
	planMicroBatches,
} from "./parallel/plan-micro-batches.js";
