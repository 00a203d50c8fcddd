import { Worker } from "node:worker_threads";
import { type ErrorMessage, unpackError } from "../../core/errors.js";
import { threadError } from "../../threads/thread-error.js";
import type { Manifest } from "../manifest.js";
import {
	type StoreOfPacking,
	TaskCheck,
	type TaskFiles,
} from "./check-task.js";
import { type FoundArrays, FoundSequences } from "./found-sequences.js";
import { ListedFiles } from "./listed-files.js";
import { Problems } from "./problems.js";
import { emptyTally, type Tally } from "./tally.js";

/** Of what a thread runs out of memory, and what it is made of. */
const MEMORY = { options: ["taskSize"], inputs: "documents" };

/** What a thread is given of a dataset. */
export interface ThreadData {
	directory: string;
	/** Without its lists of files. */
	manifest: Manifest;
	store: StoreOfPacking | null;
	mostProblems: number;
	/** Whether all that tasks left over was found. */
	isWhole: boolean;
}

/** A task, and what the shards of other tasks have of its sequences. */
export interface TaskToCheck {
	files: TaskFiles;
	/** Is asked once, when the task begins. */
	found: () => FoundSequences | null;
}

/** To a thread: check this task; end. */
export type ToThread =
	| { files: TaskFiles; found: FoundArrays | null }
	| { end: true };

/** From a thread. */
export type FromThread =
	| { kind: "checked"; bytes: number }
	| { kind: "done"; problems: Pick<Problems, "sentences" | "count"> }
	| { kind: "end"; tally: Tally; isWhole: boolean }
	| { kind: "failed"; error: ErrorMessage };

export interface TaskEvents {
	onFile(bytes: number): void;
	/** Told of the tasks in their order. */
	onProblems(problems: Pick<Problems, "sentences" | "count">): void;
	/** What a thread has counted in all. */
	onEnd(tally: Tally, isWhole: boolean): void;
}

/**
 * Checks tasks on threads, each a whole task at a time; with none, one after the other in
 * this thread, by `here`.
 */
export async function checkTasks(
	data: ThreadData,
	tasks: readonly TaskToCheck[],
	threads: number,
	here: TaskCheck,
	events: TaskEvents,
): Promise<void> {
	if (threads === 0) {
		for (const { files, found } of tasks)
			await here.check(
				files,
				found() ?? new FoundSequences(data.manifest.settings),
				data.isWhole,
			);
		return;
	}
	const queue = tasks.map((task, place) => ({ ...task, place }));
	const inOrder = new InOrder(events.onProblems);
	const stopped = new AbortController();
	await Promise.all(
		Array.from({ length: threads }, () =>
			runThread(data, queue, inOrder, events, stopped),
		),
	);
}

/** Gives a thread tasks until there is none, or one of any thread has failed. */
function runThread(
	workerData: ThreadData,
	queue: (TaskToCheck & { place: number })[],
	inOrder: InOrder,
	events: TaskEvents,
	stopped: AbortController,
): Promise<void> {
	const worker = new Worker(new URL("./verify-worker.js", import.meta.url), {
		workerData,
	});
	let place = 0;
	const send = (message: ToThread) => worker.postMessage(message);
	const next = () => {
		const task = queue.shift();
		if (task === undefined) return send({ end: true });
		place = task.place;
		send({ files: task.files, found: task.found()?.toArrays() ?? null });
	};
	const hear = (message: FromThread) => {
		if (message.kind === "checked") events.onFile(message.bytes);
		else if (message.kind === "end")
			events.onEnd(message.tally, message.isWhole);
		else if (message.kind === "failed") throw unpackError(message.error);
		else {
			inOrder.add(place, message.problems);
			next();
		}
	};
	return new Promise((resolve, reject) => {
		const fail = (error: unknown) => {
			reject(threadError(error, MEMORY));
			stopped.abort();
		};
		stopped.signal.addEventListener("abort", () => void worker.terminate());
		worker.on("message", (message: FromThread) => {
			try {
				hear(message);
			} catch (error) {
				fail(error);
			}
		});
		worker.on("error", fail);
		worker.on("exit", () => resolve());
		next();
	});
}

/** Passes on what was found in tasks in the order of the tasks. */
class InOrder {
	readonly #pass: TaskEvents["onProblems"];
	readonly #waiting = new Map<number, Pick<Problems, "sentences" | "count">>();
	#next = 0;

	constructor(pass: TaskEvents["onProblems"]) {
		this.#pass = pass;
	}

	add(place: number, problems: Pick<Problems, "sentences" | "count">): void {
		this.#waiting.set(place, problems);
		for (;;) {
			const found = this.#waiting.get(this.#next);
			if (found === undefined) return;
			this.#waiting.delete(this.#next++);
			this.#pass(found);
		}
	}
}

/** What a thread does with what it is told. */
export class ThreadSide {
	readonly #data: ThreadData;
	readonly #send: (message: FromThread) => void;
	readonly #tally: Tally;
	#isWhole = true;

	constructor(data: ThreadData, send: (message: FromThread) => void) {
		this.#data = data;
		this.#send = send;
		this.#tally = emptyTally(data.manifest.settings);
	}

	async check(files: TaskFiles, found: FoundArrays | null): Promise<void> {
		const { directory, manifest, store, mostProblems, isWhole } = this.#data;
		const problems = new Problems(mostProblems);
		const listed = new ListedFiles(directory, problems, (bytes) =>
			this.#send({ kind: "checked", bytes }),
		);
		const check = new TaskCheck(manifest, store, listed, this.#tally, problems);
		await check.check(
			files,
			FoundSequences.fromArrays(manifest.settings, found),
			isWhole,
		);
		this.#isWhole &&= check.isWhole;
		const { sentences, count } = problems;
		this.#send({ kind: "done", problems: { sentences, count } });
	}

	end(): void {
		this.#send({ kind: "end", tally: this.#tally, isWhole: this.#isWhole });
	}
}
