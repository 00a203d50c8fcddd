import { Worker } from "node:worker_threads";
import {
	EnvironmentError,
	type ErrorMessage,
	InterruptedError,
	unpackError,
} from "../core/errors.js";
import { storageAt } from "../storage/storages.js";
import {
	openTokenizer,
	type PreparedTokenizer,
} from "../tokenizer/from-json.js";
import { runTask, type StageTimes, type TaskContext } from "./task.js";

/** What a worker is given: a TaskContext but for what cannot cross a thread. */
export interface WorkerContext
	extends Pick<TaskContext, "plan" | "files" | "out" | "onError"> {
	preparedTokenizer: PreparedTokenizer;
	/** One int32 of shared memory: not 0 when work is to stop. */
	stopFlag: SharedArrayBuffer;
}

/** From the pool to a worker: build this task, or end. */
export type ToWorker = { task: number } | { end: true };

/** From a worker to the pool. */
export type FromWorker =
	| { kind: "ready" }
	| { kind: "progress"; bytes: number; documents: number; tokens: number }
	| { kind: "done"; task: number; times: StageTimes }
	| { kind: "failed"; task: number; error: ErrorMessage };

export interface RunEvents {
	onProgress: TaskContext["onProgress"];
	onTaskDone: (task: number, times: StageTimes) => void;
}

/**
 * Builds the tasks given, on worker threads that each do a whole task at a
 * time; with `workers` 0 one after the other in this thread. When a task fails
 * the others in work are stopped, and the error of the first of them is thrown.
 */
export async function runTasks(
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
		const withFlag = { ...context, stopFlag };
		if (workers === 0) await runHere(withFlag, tasks, events);
		else await runOnThreads(withFlag, tasks, workers, stop, events);
	} finally {
		signal?.removeEventListener("abort", stop);
	}
}

/** The context of tasks that run in this thread. */
export function taskContext(
	context: WorkerContext,
	onProgress: TaskContext["onProgress"],
): TaskContext {
	const flag = new Int32Array(context.stopFlag);
	return {
		...context,
		storage: storageAt(context.out),
		tokenizer: openTokenizer(context.preparedTokenizer),
		shouldStop: () => Atomics.load(flag, 0) !== 0,
		onProgress,
	};
}

async function runHere(
	context: WorkerContext,
	tasks: readonly number[],
	{ onProgress, onTaskDone }: RunEvents,
): Promise<void> {
	const here = taskContext(context, onProgress);
	for (const task of tasks) {
		if (here.shouldStop()) throw new InterruptedError("the build was stopped.");
		onTaskDone(task, await runTask(here, task));
	}
}

async function runOnThreads(
	context: WorkerContext,
	tasks: readonly number[],
	workers: number,
	stop: () => void,
	{ onProgress, onTaskDone }: RunEvents,
): Promise<void> {
	const flag = new Int32Array(context.stopFlag);
	const waiting = [...tasks];
	const failures: { task: number; error: Error }[] = [];
	const fail = (task: number, error: Error) => {
		failures.push({ task, error });
		stop();
	};
	const runWorker = () =>
		new Promise<void>((resolve) => {
			const worker = new Worker(new URL("./worker.js", import.meta.url), {
				workerData: context,
			});
			let current = -1;
			const next = () => {
				const task = Atomics.load(flag, 0) === 0 ? waiting.shift() : undefined;
				current = task ?? -1;
				const message: ToWorker = task === undefined ? { end: true } : { task };
				worker.postMessage(message);
			};
			worker.on("message", (message: FromWorker) => {
				if (message.kind === "progress") {
					onProgress(message.bytes, message.documents, message.tokens);
					return;
				}
				if (message.kind === "done") onTaskDone(message.task, message.times);
				if (message.kind === "failed")
					fail(message.task, unpackError(message.error));
				next();
			});
			worker.on("error", (error) => fail(current, explain(error)));
			worker.on("exit", () => resolve());
		});
	const count = Math.min(workers, tasks.length);
	await Promise.all(Array.from({ length: count }, runWorker));
	if (failures.length > 0) throw firstCause(failures);
	if (Atomics.load(flag, 0) !== 0)
		throw new InterruptedError("the build was stopped.");
}

/** The failure of the first task, but not one that only obeyed a stop. */
function firstCause(failures: { task: number; error: Error }[]): Error {
	failures.sort((a, b) => a.task - b.task);
	const causes = failures.filter(
		({ error }) => !(error instanceof InterruptedError),
	);
	return (causes[0] ?? failures[0]).error;
}

function explain(error: unknown): Error {
	const code = (error as NodeJS.ErrnoException).code;
	if (code === "ERR_WORKER_OUT_OF_MEMORY")
		return new EnvironmentError(
			"out-of-memory",
			"a worker ran out of memory: give fewer --workers, a smaller --window, or shorter documents.",
		);
	return error instanceof Error ? error : new Error(String(error));
}
