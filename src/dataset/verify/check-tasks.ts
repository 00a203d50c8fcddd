import { InterruptedError } from "../../core/errors.js";
import { AttemptCounts } from "../../threads/attempt-counts.js";
import { type PoolWork, ThreadPool } from "../../threads/pool.js";
import { threadError } from "../../threads/thread-error.js";
import { tried } from "../../threads/tries.js";
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
	/** One int32 of shared memory: not 0 when work is to stop. */
	stopFlag: SharedArrayBuffer;
}

/** A task, and what the shards of other tasks have of its sequences. */
export interface TaskToCheck {
	files: TaskFiles;
	/** Is asked once, when the task begins. */
	found: () => FoundSequences | null;
}

/** A task that a thread is to check. */
export interface CheckJob {
	/** Its place among the tasks. */
	place: number;
	files: TaskFiles;
	found: FoundArrays | null;
}

/** What was counted of a task, and what is wrong with it. */
export interface CheckedTask {
	problems: Pick<Problems, "sentences" | "count">;
	tally: Tally;
	isWhole: boolean;
}

/** From a thread: a file of so many bytes was checked. */
export interface CheckedFile {
	bytes: number;
}

export interface TaskEvents {
	/** Told once of each file. */
	onFile(bytes: number): void;
	/** Told of the tasks in their order. */
	onTask(checked: CheckedTask): void;
}

/**
 * Checks tasks on threads, each a whole task at a time; with none, one after the other in
 * this thread. One whose thread is lost, or whose error may pass, is tried again.
 */
export async function checkTasks(
	data: Omit<ThreadData, "stopFlag">,
	tasks: readonly TaskToCheck[],
	threads: number,
	events: TaskEvents,
): Promise<void> {
	const stopFlag = new SharedArrayBuffer(4);
	const work = new TaskWork({ ...data, stopFlag }, tasks, events);
	if (threads > 0)
		await new ThreadPool(work, new Int32Array(stopFlag)).run(threads);
	else await work.doHere();
}

/** The tasks, as work for threads or for this one. */
class TaskWork implements PoolWork<CheckJob, CheckedFile, CheckedTask> {
	readonly file = new URL("./verify-worker.js", import.meta.url);
	readonly memory = MEMORY;
	readonly data: ThreadData;
	readonly #tasks: readonly TaskToCheck[];
	readonly #events: TaskEvents;
	readonly #files = new Map<number, AttemptCounts<"files">>();
	/** Those that were checked before one that is to be told of first. */
	readonly #early = new Map<number, CheckedTask>();
	#begun = 0;
	#told = 0;

	constructor(
		data: ThreadData,
		tasks: readonly TaskToCheck[],
		events: TaskEvents,
	) {
		this.data = data;
		this.#tasks = tasks;
		this.#events = events;
	}

	get waiting(): number {
		return this.#tasks.length - this.#begun;
	}

	readonly next = (): CheckJob | undefined => {
		if (this.waiting === 0) return undefined;
		const place = this.#begun++;
		const { files, found } = this.#tasks[place];
		this.#files.set(place, new AttemptCounts());
		return { place, files, found: found()?.toArrays() ?? null };
	};

	readonly orderOf = ({ place }: CheckJob): number => place;

	readonly describe = ({ files }: CheckJob): string =>
		`checking of task ${files.task} of ${this.data.directory}`;

	readonly onMessage = (
		{ place }: CheckJob,
		{ bytes }: CheckedFile,
		attempt: number,
	): void => {
		const fresh = this.#files.get(place)?.add(attempt, { files: 1 });
		if (fresh?.files !== 0) this.#events.onFile(bytes);
	};

	readonly onDone = ({ place }: CheckJob, checked: CheckedTask): void => {
		this.#files.delete(place);
		this.#early.set(place, checked);
		for (;;) {
			const next = this.#early.get(this.#told);
			if (next === undefined) return;
			this.#early.delete(this.#told++);
			this.#events.onTask(next);
		}
	};

	async doHere(): Promise<void> {
		for (let job = this.next(); job !== undefined; job = this.next()) {
			const task = job;
			let attempt = 1;
			try {
				const checked = await tried(
					this.describe(task),
					() =>
						checkTask(this.data, task, (bytes) =>
							this.onMessage(task, { bytes }, attempt),
						),
					(_, next) => {
						attempt = next;
					},
					() => false,
				);
				this.onDone(task, checked);
			} catch (error) {
				throw threadError(error, MEMORY);
			}
		}
	}
}

/** @throws InterruptedError once work is to stop. */
export async function checkTask(
	data: ThreadData,
	{ files, found }: CheckJob,
	onFile: (bytes: number) => void,
): Promise<CheckedTask> {
	const { directory, manifest, store, mostProblems, isWhole } = data;
	const flag = new Int32Array(data.stopFlag);
	const problems = new Problems(mostProblems);
	const listed = new ListedFiles(directory, problems, (bytes) => {
		if (Atomics.load(flag, 0) !== 0)
			throw new InterruptedError("verifying was stopped.");
		onFile(bytes);
	});
	const tally = emptyTally(manifest.settings);
	const check = new TaskCheck(manifest, store, listed, tally, problems);
	const sequences = FoundSequences.fromArrays(manifest.settings, found);
	try {
		await check.check(files, sequences, isWhole);
	} finally {
		check.close();
		sequences.free();
	}
	const { sentences, count } = problems;
	return { problems: { sentences, count }, tally, isWhole: check.isWhole };
}
