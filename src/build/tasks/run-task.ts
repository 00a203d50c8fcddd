import type { StageTimes } from "../stopwatch.js";
import type { Task } from "../tasks-of-plan.js";
import { runHash } from "./hash.js";
import { runPack } from "./pack.js";
import { runRead } from "./read.js";
import { runRepack } from "./repack.js";
import { runRepeats } from "./repeats.js";
import type { TaskContext, TaskRunner } from "./task.js";
import { runThreshold } from "./threshold.js";

const runners: {
	[K in Task["kind"]]: TaskRunner<Extract<Task, { kind: K }>>;
} = {
	read: runRead,
	pack: runPack,
	repack: runRepack,
	hash: runHash,
	repeats: runRepeats,
	threshold: runThreshold,
};

/**
 * Does a task of the plan, by its number.
 * @throws DataError for a bad record where errors stop the build; InterruptedError when
 * it is asked to stop
 */
export function runTask(
	context: TaskContext,
	number: number,
): Promise<StageTimes> {
	const task = context.plan.tasks[number];
	return (runners[task.kind] as TaskRunner<Task>)(context, number, task);
}
