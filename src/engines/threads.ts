import { Worker } from "node:worker_threads";
import type { Plan } from "../build/plan.js";
import type { StageTimes } from "../build/stopwatch.js";
import { runTask } from "../build/tasks/run-task.js";
import type { TaskContext } from "../build/tasks/task.js";
import { dependenciesOf } from "../build/tasks-of-plan.js";
import { Workspace } from "../build/workspace.js";
import {
	type ErrorMessage,
	InterruptedError,
	unpackError,
} from "../core/errors.js";
import { YOUNG_MEGABYTES } from "../core/memory.js";
import { threadError } from "../core/thread-error.js";
import { storageAt } from "../storage/storages.js";
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

/** From the pool to a worker: do this task, or end. */
export type ToWorker = { task: number } | { end: true };

/** From a worker to the pool. */
export type FromWorker =
	| { kind: "progress"; bytes: number; documents: number; tokens: number }
	| { kind: "done"; task: number; times: StageTimes }
	| { kind: "failed"; task: number; error: ErrorMessage };

export interface RunEvents {
	onProgress: TaskContext["onProgress"];
	onTaskBegun: (task: number) => void;
	onTaskDone: (task: number, times: StageTimes) => void;
	onTaskFailed: (task: number, error: Error) => void;
}

/**
 * Does tasks on worker threads, each a whole task at a time; with `workers` 0 one
 * after the other in this thread. A task begins once those that it depends on are done;
 * those not among `tasks` are taken to be. When a task fails the others in work
 * are stopped, and the error of the first of them is thrown.
 */
export async function runOnThreads(
	context: Omit<WorkerContext, "stopFlag">,
	tasks: readonly number[],
	workers: number,
	signal: AbortSignal | undefined,
	events: RunEvents,
): Promise<void> {
	const stopFlag = new SharedArrayBuffer(4);
	const stop = () => {
		Atomics.store(new Int32Array(stopFlag), 0, 1);
	};
	signal?.addEventListener("abort", stop);
	try {
		if (signal?.aborted) throw new InterruptedError("the build was stopped.");
		const queue = new TaskQueue(context.plan, tasks);
		const withFlag = { ...context, stopFlag };
		if (workers === 0) await runHere(withFlag, queue, events);
		else await new Pool(withFlag, queue, events, stop).run(workers);
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

async function runHere(
	context: WorkerContext,
	queue: TaskQueue,
	{ onProgress, onTaskBegun, onTaskDone, onTaskFailed }: RunEvents,
): Promise<void> {
	const here = taskContext(context, onProgress);
	for (let task = queue.next(); task !== undefined; task = queue.next()) {
		if (here.shouldStop()) throw new InterruptedError("the build was stopped.");
		onTaskBegun(task);
		try {
			const times = await runTask(here, task);
			queue.done(task);
			onTaskDone(task, times);
		} catch (error) {
			onTaskFailed(task, error as Error);
			throw error;
		}
	}
}

/** A worker, and the task that it has or had last. */
interface Member {
	worker: Worker;
	task: number;
}

/** Worker threads, each with one task at a time. */
class Pool {
	readonly #context: WorkerContext;
	readonly #queue: TaskQueue;
	readonly #events: RunEvents;
	readonly #stop: () => void;
	readonly #flag: Int32Array;
	readonly #failures: { task: number; error: Error }[] = [];
	/** Workers without a task, which wait for one that can begin. */
	readonly #idle: Member[] = [];
	#busy = 0;

	constructor(
		context: WorkerContext,
		queue: TaskQueue,
		events: RunEvents,
		stop: () => void,
	) {
		this.#context = context;
		this.#queue = queue;
		this.#events = events;
		this.#stop = stop;
		this.#flag = new Int32Array(context.stopFlag);
	}

	async run(workers: number): Promise<void> {
		const count = Math.min(workers, this.#queue.length);
		const ended = Array.from({ length: count }, () => this.#startWorker());
		await Promise.all(ended);
		if (this.#failures.length > 0) throw firstCause(this.#failures);
		if (this.#isStopped) throw new InterruptedError("the build was stopped.");
	}

	get #isStopped(): boolean {
		return Atomics.load(this.#flag, 0) !== 0;
	}

	#startWorker(): Promise<void> {
		const worker = new Worker(new URL("./worker.js", import.meta.url), {
			workerData: this.#context,
			resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
		});
		const member: Member = { worker, task: -1 };
		worker.on("message", (message: FromWorker) => {
			if (message.kind === "progress") {
				const { bytes, documents, tokens } = message;
				this.#events.onProgress(bytes, documents, tokens);
				return;
			}
			this.#busy--;
			if (message.kind === "done") {
				this.#queue.done(message.task);
				this.#events.onTaskDone(message.task, message.times);
			} else this.#fail(message.task, unpackError(message.error));
			this.#idle.push(member);
			this.#assign();
		});
		worker.on("error", (error) => {
			this.#busy--;
			this.#fail(member.task, threadError(error, "window", "documents"));
			this.#assign();
		});
		this.#idle.push(member);
		this.#assign();
		return new Promise((resolve) => worker.on("exit", () => resolve()));
	}

	/** Gives idle workers what can begin; ends them where nothing is left for them. */
	#assign(): void {
		while (this.#idle.length > 0) {
			const task = this.#isStopped ? undefined : this.#queue.next();
			// A task in work may be what the next ones wait for.
			const mayFollow =
				!this.#isStopped && this.#queue.length > 0 && this.#busy > 0;
			if (task === undefined && mayFollow) return;
			const member = this.#idle.shift() as Member;
			const message: ToWorker = task === undefined ? { end: true } : { task };
			if (task !== undefined) {
				member.task = task;
				this.#busy++;
				this.#events.onTaskBegun(task);
			}
			member.worker.postMessage(message);
		}
	}

	#fail(task: number, error: Error): void {
		this.#failures.push({ task, error });
		this.#events.onTaskFailed(task, error);
		this.#stop();
	}
}

/** The failure of the first task, but not one that only obeyed a stop. */
function firstCause(failures: { task: number; error: Error }[]): Error {
	failures.sort((a, b) => a.task - b.task);
	const causes = failures.filter(
		({ error }) => !(error instanceof InterruptedError),
	);
	return (causes[0] ?? failures[0]).error;
}
