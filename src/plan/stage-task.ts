import type { Tell } from "../core/progress.js";
import type { PlanContext } from "../curriculum/plan-context.js";
import type { Stage } from "../curriculum/stage-options.js";
import type { DatasetBuckets } from "./dataset-buckets.js";
import type { StepGrouper } from "./step-grouper.js";
import type { StepsWriter } from "./steps-writer.js";

/** A stage that is to be planned, and what takes its steps. */
export interface StageTask {
	datasets: readonly DatasetBuckets[];
	context: PlanContext;
	asked: Stage;
	seed: number;
	/** Of the stage, from 0. */
	number: number;
	writer: StepsWriter;
	tell: Tell;
	/** Shares the steps out among groups of ranks; null: nothing does. */
	grouper: StepGrouper | null;
}
