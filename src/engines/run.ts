import { describeTask } from "../build/describe-task.js";
import { doneTasks } from "../build/done-tasks.js";
import type { Plan } from "../build/plan.js";
import { planOfTasks } from "../build/plan-files.js";
import { readRecordsOf, type TaskRecord } from "../build/record.js";
import { noTimes, type StageTimes } from "../build/stopwatch.js";
import { neededOutside, type Task } from "../build/tasks-of-plan.js";
import type { Workspace } from "../build/workspace.js";
import { sum } from "../core/arithmetic.js";
import { addCounts } from "../core/counts.js";
import { UsageError } from "../core/errors.js";
import type { OnNotice } from "../core/notices.js";
import type { BuildProgress } from "../options/build.js";
import { usableCpus } from "../storage/usable-cpus.js";
import type { PreparedTokenizer } from "../tokenizer/from-json.js";
import { noteFailed } from "./failed-in.js";
import { TasksAtWork } from "./tasks-at-work.js";
import { type RunEvents, runOnThreads } from "./threads.js";

/** How tasks are run. */
export interface RunOptions {
	/** Threads; default one a CPU that this process may use. 0 runs in the calling thread. */
	workers?: number | undefined;
	/** Stops the run; tasks that are done stay done. */
	signal?: AbortSignal | undefined;
	/** Told of how far the run is, several times a second. */
	onProgress?: ((progress: BuildProgress) => void) | undefined;
}

/** What a run came to. */
export interface Ran {
	/** Tasks that an earlier run had done. */
	tasksResumed: number;
	/** Milliseconds by stage, summed over the workers. */
	stages: StageTimes;
}

/** Who is told of a run besides. */
export interface Listener extends Partial<Omit<RunEvents, "onTaskDone">> {
	onTaskDone?: (task: number) => void;
	onNotice?: OnNotice;
}

/** Runs those of the tasks that have no record. */
export async function run(
	workspace: Workspace,
	plan: Plan,
	tokenizer: PreparedTokenizer | null,
	tasks: readonly number[],
	{ workers, signal, onProgress }: RunOptions,
	listener: Listener = {},
): Promise<Ran> {
	const own = await planOfTasks(workspace, plan, tasks);
	const { onNotice } = listener;
	const done = await doneTasks(workspace, own, tasks, {
		...{ workers, signal, onNotice },
	});
	const missing = tasks.filter((task) => !done.has(task));
	await requireReady(workspace, plan, missing, done);
	const tasksResumed = tasks.length - missing.length;
	if (tasksResumed > 0)
		onNotice?.(
			`going on where an earlier run stopped: ${tasksResumed} of ${tasks.length} tasks are done`,
			"info",
		);
	const stages = noTimes();
	const atWork = new TasksAtWork(plan, listener.onNotice);
	const progress: BuildProgress = {
		bytes: sum([...done.values()].map(({ bytes }) => bytes)),
		totalBytes: bytesToRead(plan, tasks),
		documents: 0,
		tokens: 0,
		tasks: tasksResumed,
		totalTasks: tasks.length,
		atWork: [],
	};
	const tell = () => {
		progress.atWork = atWork.list();
		onProgress?.(progress);
	};
	const { out } = workspace;
	const threads = workers ?? usableCpus();
	listener.onNotice?.(
		`plan ${plan.planHash}: ${missing.length} of ${plan.tasks.length} tasks, of ${plan.inputs.length} files, on ${threads} workers`,
		"debug",
	);
	await runOnThreads({ out, plan: own, tokenizer }, missing, threads, signal, {
		onProgress(bytes, documents, tokens, last) {
			progress.bytes += bytes;
			progress.documents += documents;
			progress.tokens += tokens;
			if (last !== undefined) atWork.hasRead(last);
			tell();
			listener.onProgress?.(bytes, documents, tokens);
		},
		onTaskBegun(task) {
			atWork.begins(task);
			listener.onTaskBegun?.(task);
		},
		onTaskDone(task, times) {
			progress.tasks++;
			addCounts(stages, times);
			atWork.isDone(task, times);
			tell();
			listener.onTaskDone?.(task);
		},
		onTaskAgain(task, error, attempt) {
			listener.onNotice?.(
				`${describeTask(own, task)} failed and is tried again: ${error.message}`,
				"warn",
			);
			listener.onTaskAgain?.(task, error, attempt);
		},
		onTaskFailed(task, error) {
			atWork.hasFailed(task, error);
			noteFailed(error, { plan, task });
			tell();
			listener.onTaskFailed?.(task, error);
		},
	});
	return { tasksResumed, stages };
}

/** Of inputs that are read twice, twice their bytes; of some of the tasks, their share. */
function bytesToRead(
	{ inputs, tasks, store, parts }: Plan,
	some: readonly number[],
): number {
	if (store !== undefined)
		return sum(
			some.map((number) => {
				const task = tasks[number];
				return task.kind === "pack" ? task.lengths.bytes : 0;
			}),
		);
	const reads = ({ kind }: Task) => kind === "read" || kind === "hash";
	const bytes = parts?.bytes ?? sum(inputs.map(({ bytes }) => bytes));
	const times = tasks.some(({ kind }) => kind === "hash") ? 2 : 1;
	const among = some.filter((task) => reads(tasks[task])).length;
	return (times * bytes * among) / Math.max(1, tasks.filter(reads).length);
}

async function requireReady(
	workspace: Workspace,
	plan: Plan,
	missing: readonly number[],
	done: ReadonlyMap<number, TaskRecord>,
): Promise<void> {
	const outside = neededOutside(plan, missing);
	const asked = [...outside.keys()].filter((task) => !done.has(task));
	const found = await readRecordsOf(workspace, plan, asked);
	const needed = asked.find((task) => !found.has(task));
	if (needed !== undefined)
		throw new UsageError(
			"not-ready",
			`task ${outside.get(needed)} goes on with what task ${needed} leaves, and task ${needed} is not done: run that one first, or both together.`,
		);
}
