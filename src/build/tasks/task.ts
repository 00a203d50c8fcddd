import type { Growth, TaskAtWork } from "../../core/progress.js";
import type { ReadableStorage } from "../../sources/source.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { Plan, PlanInput } from "../plan.js";
import type { StageTimes } from "../stopwatch.js";
import type { Workspace } from "../workspace.js";

/** What all tasks of a build share. */
export interface TaskContext {
	workspace: Workspace;
	plan: Plan;
	/** Where an input is read from. */
	storageOf: (input: PlanInput) => ReadableStorage;
	/** Opened when it is first asked for: not every task reads text. */
	tokenizer: () => Tokenizer;
	/** Asked between megabytes of input. */
	shouldStop: () => boolean;
	/** Told of what there is more since the last call, and of the last record. */
	onProgress: (more: Partial<Growth>, last?: TaskAtWork) => void;
}

/**
 * Does a task of one kind: writes its shards, its part of the index and, last, its
 * record. What it writes depends on the plan and what the plan names alone; run again,
 * it writes the same bytes. After an error or a stop nothing but whole files is left.
 */
export type TaskRunner<T> = (
	context: TaskContext,
	number: number,
	task: T,
) => Promise<StageTimes>;
