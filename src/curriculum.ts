/**
 * `seqpack/curriculum`: the odds of each length as training goes on. Needs nothing from
 * Node.
 */
export { DataError, SeqpackError, UsageError } from "./core/errors.js";
export { createRandom, type Random } from "./core/random.js";
export { shuffledIndex } from "./core/shuffled-index.js";
export {
	type EpochShares,
	type EpochSharesInput,
	epochShares,
} from "./curriculum/epoch-shares.js";
export { scheduleOdds } from "./curriculum/odds.js";
export type { StageBucket } from "./curriculum/plan-stage.js";
export type { Schedule, ScheduleOptions } from "./curriculum/schedule.js";
export { schedules } from "./curriculum/schedules.js";
export type { StageRequest } from "./curriculum/stage-request.js";
