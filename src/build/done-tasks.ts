import { inParallel } from "../core/in-parallel.js";
import type { OnNotice } from "../core/notices.js";
import { LANES } from "../storage/lanes.js";
import { usableCpus } from "../storage/usable-cpus.js";
import { changedFiles } from "./check-files.js";
import type { Plan } from "./plan.js";
import { outputsOf, readRecordsOf, type TaskRecord } from "./record.js";
import { rangesNeeded, type Task } from "./tasks-of-plan.js";
import type { Workspace } from "./workspace.js";

/** How it is found out which tasks are done. */
export interface CheckOptions {
	/** Threads; default one a CPU. */
	workers?: number | undefined;
	signal?: AbortSignal | undefined;
	onNotice?: OnNotice | undefined;
}

/**
 * The records of those of some tasks that need not be run again: their inputs are as they
 * were, and all that they wrote, byte for byte.
 * @param plan With what the tasks read.
 */
export async function doneTasks(
	workspace: Workspace,
	plan: Plan,
	tasks: readonly number[],
	{ workers = usableCpus(), signal, onNotice = () => {} }: CheckOptions,
): Promise<Map<number, TaskRecord>> {
	const done = await readRecordsOf(workspace, plan, tasks);
	const changed = await changedOutputs(workspace, done, workers, signal);
	const [first] = changed.values();
	if (first === undefined) return done;
	onNotice(
		`${first} is not as it was written: what ${changed.size} of ${tasks.length} tasks left is damaged, and they are run again`,
		"warn",
	);
	await forget(workspace, [...changed.keys()]);
	for (const task of changed.keys()) done.delete(task);
	return done;
}

/**
 * Sees to it that the tasks of a plan that goes on are run again where an input is another
 * one than they read, or was touched; and those that go on with what they left.
 */
export async function forgetChanged(
	workspace: Workspace,
	plan: Plan,
	onNotice: OnNotice,
): Promise<void> {
	const changed = new Set<number>();
	const all = [...plan.tasks.keys()];
	await readRecordsOf(workspace, plan, all, (task) => changed.add(task));
	if (changed.size === 0) return;
	const again = withDependents(plan.tasks, changed);
	onNotice(
		`inputs were changed or touched since an earlier run read them: ${again.length} of ${all.length} tasks are run again`,
		"warn",
	);
	await forget(workspace, again);
}

/** Nobody takes tasks for done whose records are not there. */
async function forget(
	workspace: Workspace,
	tasks: readonly number[],
): Promise<void> {
	await inParallel(tasks, LANES, (task) =>
		workspace.storage.remove(workspace.record(task)),
	);
}

/** Some tasks, and all that need what one of them leaves. */
function withDependents(
	tasks: readonly Task[],
	some: ReadonlySet<number>,
): number[] {
	const among = new Set(some);
	for (let size = 0; size < among.size; ) {
		size = among.size;
		/** How many of the tasks before each are among them. */
		const before = new Int32Array(tasks.length + 1);
		for (const task of tasks.keys())
			before[task + 1] = before[task] + Number(among.has(task));
		for (const [number, task] of tasks.entries())
			if (rangesNeeded(task).some(({ from, to }) => before[from] < before[to]))
				among.add(number);
	}
	return [...among];
}

/** Of each task of which a file is another one than it wrote, one such file. */
async function changedOutputs(
	workspace: Workspace,
	done: ReadonlyMap<number, TaskRecord>,
	workers: number,
	signal: AbortSignal | undefined,
): Promise<Map<number, string>> {
	// A storage that tells contents apart gives the bytes that it was given, or an error.
	if (workspace.storage.contentTag !== undefined) return new Map();
	const files = [...done.values()].flatMap((record) =>
		outputsOf(workspace, record).map((file) => ({
			...file,
			task: record.task,
		})),
	);
	const changed = await changedFiles(files, workers, signal);
	return new Map(changed.map(({ task, places }) => [task, places[0]]));
}
