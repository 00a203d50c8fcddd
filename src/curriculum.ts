/**
 * The order of lengths as training goes on. Needs nothing from Node.
 * @module seqpack/curriculum
 */
export { DataError, SeqpackError, UsageError } from "./core/errors.js";
export { createRandom, type Random } from "./core/random.js";
export { shuffledIndex } from "./core/shuffled-index.js";
export {
	type EpochShares,
	type EpochSharesInput,
	epochShares,
} from "./curriculum/epoch-shares.js";
export {
	documentsOfLanes,
	type LaneDocuments,
	leastSteps,
} from "./curriculum/lanes.js";
export type { CountedBucket } from "./curriculum/plan-context.js";
export type { PlannedStage, StageBucket } from "./curriculum/plan-stage.js";
export { type PlanStepsOptions, planSteps } from "./curriculum/plan-steps.js";
export type { Schedule } from "./curriculum/schedule.js";
export { scheduleOdds, schedules } from "./curriculum/schedules.js";
export type { StageOptions } from "./curriculum/stage-options.js";
