import { describeTask } from "../build/describe-task.js";
import type { Plan } from "../build/plan.js";
import type { StageTimes } from "../build/stopwatch.js";
import { runTask } from "../build/tasks/run-task.js";
import type { TaskContext } from "../build/tasks/task.js";
import { dependenciesOf } from "../build/tasks-of-plan.js";
import { Workspace } from "../build/workspace.js";
import { InterruptedError } from "../core/errors.js";
import { type Growth, noGrowth, type TaskAtWork } from "../core/progress.js";
import { storageAt } from "../storage/storages.js";
import { AttemptCounts } from "../threads/attempt-counts.js";
import {
	type PoolWork,
	type ThreadLimits,
	ThreadPool,
} from "../threads/pool.js";
import { threadError } from "../threads/thread-error.js";
import { tried } from "../threads/tries.js";
import type { PreparedTokenizer } from "../tokenizer/from-json.js";
import { openKept } from "../tokenizer/kept-tokenizer.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";

/** What a worker is given: a TaskContext but for what cannot cross a thread. */
export interface WorkerContext {
	out: string;
	plan: Plan;
	/** Null where nothing is to be tokenized. */
	tokenizer: PreparedTokenizer | null;
	/** One int32 of shared memory: not 0 when work is to stop. */
	stopFlag: SharedArrayBuffer;
}

/** What a worker tells of the task that it does: what it has read and made since the last time. */
export interface TaskProgress extends Growth {
	last?: TaskAtWork | undefined;
}

export interface RunEvents {
	onProgress: TaskContext["onProgress"];
	onTaskBegun: (task: number) => void;
	onTaskDone: (task: number, times: StageTimes) => void;
	/** Told that a task failed, and is tried for the `attempt`-th time. */
	onTaskAgain: (task: number, error: Error, attempt: number) => void;
	onTaskFailed: (task: number, error: Error) => void;
}

/**
 * Does tasks on worker threads, each a whole task at a time; with `workers` 0 one
 * after the other in this thread. A task begins once those that it depends on are done;
 * those not among `tasks` are taken to be. A task whose thread is lost, or whose error may pass, is
 * tried again. When one fails for good the others in work are stopped, and the error of the first of
 * them is thrown.
 */
export async function runOnThreads(
	context: Omit<WorkerContext, "stopFlag">,
	tasks: readonly number[],
	workers: number,
	signal: AbortSignal | undefined,
	events: RunEvents,
	limits?: Partial<ThreadLimits>,
): Promise<void> {
	const stopFlag = new SharedArrayBuffer(4);
	const flag = new Int32Array(stopFlag);
	const queue = new TaskQueue(context.plan, tasks);
	const withFlag = { ...context, stopFlag };
	const pool =
		workers === 0
			? null
			: new ThreadPool(poolWork(withFlag, queue, events), flag, limits);
	const stop = () => {
		Atomics.store(flag, 0, 1);
		pool?.stop();
	};
	signal?.addEventListener("abort", stop);
	try {
		if (signal?.aborted) throw new InterruptedError("the build was stopped.");
		if (pool === null) await runHere(withFlag, queue, events);
		else await pool.run(workers);
		if (Atomics.load(flag, 0) !== 0)
			throw new InterruptedError("the build was stopped.");
	} finally {
		signal?.removeEventListener("abort", stop);
	}
}

/** The context of tasks that run in this thread. */
export function taskContext(
	{ out, plan, tokenizer: prepared, stopFlag }: WorkerContext,
	onProgress: TaskContext["onProgress"],
): TaskContext {
	const flag = new Int32Array(stopFlag);
	let tokenizer: Tokenizer | null = null;
	return {
		workspace: new Workspace(out, plan.planHash),
		plan,
		storageOf: ({ path }) => storageAt(path),
		tokenizer() {
			if (prepared === null)
				throw new Error("what is packed is tokenized already");
			tokenizer ??= openKept(prepared);
			return tokenizer;
		},
		shouldStop: () => Atomics.load(flag, 0) !== 0,
		onProgress,
	};
}

/** Gives tasks in the order of their numbers, each once those that it depends on are done. */
class TaskQueue {
	/** Tasks not yet given, and those among them and in work that others wait for. */
	readonly #waiting: number[];
	readonly #undone: Set<number>;
	readonly #plan: Plan;

	constructor(plan: Plan, tasks: readonly number[]) {
		this.#plan = plan;
		this.#waiting = [...tasks].sort((a, b) => a - b);
		this.#undone = new Set(tasks);
	}

	get length(): number {
		return this.#waiting.length;
	}

	/** The next task that can begin; undefined where none can now. */
	next(): number | undefined {
		const at = this.#waiting.findIndex((task) => this.#canBegin(task));
		return at === -1 ? undefined : this.#waiting.splice(at, 1)[0];
	}

	#canBegin(task: number): boolean {
		for (const needed of dependenciesOf(this.#plan.tasks[task]))
			if (this.#undone.has(needed)) return false;
		return true;
	}

	done(task: number): void {
		this.#undone.delete(task);
	}
}

/** Of what a task runs out of memory, and what it is made of. */
const MEMORY = { options: ["window", "taskSize"], inputs: "documents" };

async function runHere(
	context: WorkerContext,
	queue: TaskQueue,
	events: RunEvents,
): Promise<void> {
	let counts = new AttemptCounts<keyof Growth>();
	let attempt = 1;
	const here = taskContext(context, (more, last) => {
		events.onProgress(counts.add(attempt, { ...noGrowth(), ...more }), last);
	});
	for (let task = queue.next(); task !== undefined; task = queue.next()) {
		if (here.shouldStop()) throw new InterruptedError("the build was stopped.");
		const number = task;
		counts = new AttemptCounts();
		attempt = 1;
		events.onTaskBegun(number);
		try {
			const times = await tried(
				describeTask(context.plan, number),
				() => runTask(here, number),
				(error, next) => {
					attempt = next;
					events.onTaskAgain(number, error, next);
				},
				here.shouldStop,
			);
			queue.done(number);
			events.onTaskDone(number, times);
		} catch (thrown) {
			const error = threadError(thrown, MEMORY);
			events.onTaskFailed(number, error);
			throw error;
		}
	}
}

/** The tasks of a queue, as work for threads. */
function poolWork(
	context: WorkerContext,
	queue: TaskQueue,
	events: RunEvents,
): PoolWork<number, TaskProgress, StageTimes> {
	const counts = new Map<number, AttemptCounts<keyof Growth>>();
	return {
		file: new URL("./worker.js", import.meta.url),
		data: context,
		next: () => queue.next(),
		get waiting() {
			return queue.length;
		},
		orderOf: (task) => task,
		describe: (task) => describeTask(context.plan, task),
		memory: MEMORY,
		onBegun(task) {
			counts.set(task, new AttemptCounts());
			events.onTaskBegun(task);
		},
		onMessage(task, { last, ...read }, attempt) {
			events.onProgress(counts.get(task)?.add(attempt, read) ?? read, last);
		},
		onDone(task, times) {
			counts.delete(task);
			queue.done(task);
			events.onTaskDone(task, times);
		},
		onAgain: (task, error, attempt) => events.onTaskAgain(task, error, attempt),
		onFailed: (task, error) => events.onTaskFailed(task, error),
	};
}
