import { describeTask } from "../build/describe-task.js";
import { doneTasks } from "../build/done-tasks.js";
import type { Plan } from "../build/plan.js";
import { planOfTasks } from "../build/plan-files.js";
import { readRecordsOf, type TaskRecord } from "../build/record.js";
import { growthOf } from "../build/row-growth.js";
import { noTimes, type StageTimes } from "../build/stopwatch.js";
import { neededOutside, type Task } from "../build/tasks-of-plan.js";
import type { Workspace } from "../build/workspace.js";
import { sum } from "../core/arithmetic.js";
import { addCounts } from "../core/counts.js";
import { UsageError } from "../core/errors.js";
import type { OnNotice } from "../core/notices.js";
import {
	type Growth,
	noGrowth,
	type OnProgress,
	type Packed,
	type Progress,
	progressOf,
	type Stage,
} from "../core/progress.js";
import { layouts } from "../dataset/layouts/layouts.js";
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
	onProgress?: OnProgress | undefined;
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
	const far = new FarAlong(plan, tasks, done, onProgress ?? (() => {}));
	const tell = () => far.tell(atWork.list());
	tell();
	const { out } = workspace;
	const threads = workers ?? usableCpus();
	listener.onNotice?.(
		`plan ${plan.planHash}: ${missing.length} of ${plan.tasks.length} tasks, of ${plan.inputs.length} files, on ${threads} workers`,
		"debug",
	);
	await runOnThreads({ out, plan: own, tokenizer }, missing, threads, signal, {
		onProgress(more, last) {
			far.grow(more);
			if (last !== undefined) atWork.hasRead(last);
			tell();
			listener.onProgress?.(more, last);
		},
		onTaskBegun(task) {
			atWork.begins(task);
			far.begins(task);
			tell();
			listener.onTaskBegun?.(task);
		},
		onTaskDone(task, times) {
			far.isDone();
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

/** What is told while tasks of each kind are at work, the later ones last. */
const stageOf: Readonly<Record<Task["kind"], Stage>> = {
	...{ hash: "choosing", repeats: "choosing", threshold: "choosing" },
	...{ read: "reading", pack: "packing", repack: "repacking" },
};
const inOrder: readonly Stage[] = [...new Set(Object.values(stageOf))];

/** How far a run is. */
class FarAlong {
	readonly #plan: Plan;
	readonly #onProgress: OnProgress;
	readonly #progress: Progress;
	/** The rows so far; those of tasks that an earlier run had done are among them. */
	readonly #packed: Packed = { rows: 0, tokens: 0, room: 0 };
	readonly #packs: boolean;

	constructor(
		plan: Plan,
		tasks: readonly number[],
		done: ReadonlyMap<number, TaskRecord>,
		onProgress: OnProgress,
	) {
		this.#plan = plan;
		this.#onProgress = onProgress;
		this.#packs = layouts.find(plan.settings.layout).packs;
		const kinds = new Set(tasks.map((task) => stageOf[plan.tasks[task].kind]));
		const stage = inOrder.find((stage) => kinds.has(stage)) ?? "reading";
		this.#progress = progressOf(stage, "task", {
			done: done.size,
			total: tasks.length,
			totalBytes: bytesToRead(plan, tasks),
		});
		for (const { bytes, totals } of done.values()) {
			const { documents, textTokens, specialTokens, buckets } = totals;
			this.grow({
				...{ bytes, documents, tokens: textTokens + specialTokens },
				...growthOf(plan.settings, buckets),
			});
		}
	}

	begins(task: number): void {
		const stage = stageOf[this.#plan.tasks[task].kind];
		if (inOrder.indexOf(stage) > inOrder.indexOf(this.#progress.stage))
			this.#progress.stage = stage;
	}

	isDone(): void {
		this.#progress.done++;
	}

	grow(more: Partial<Growth>): void {
		const { bytes, documents, tokens, rows, rowTokens, room } = {
			...noGrowth(),
			...more,
		};
		this.#progress.bytes += bytes;
		this.#progress.documents += documents;
		this.#progress.tokens += tokens;
		this.#packed.rows += rows;
		this.#packed.tokens += rowTokens;
		this.#packed.room += room;
	}

	tell(atWork: Progress["atWork"]): void {
		this.#onProgress({
			...this.#progress,
			packed: this.#packs && this.#packed.rows > 0 ? { ...this.#packed } : null,
			atWork,
		});
	}
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
