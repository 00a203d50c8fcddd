import { Worker } from "node:worker_threads";
import {
	type ErrorMessage,
	InterruptedError,
	unpackError,
} from "../core/errors.js";
import { YOUNG_MEGABYTES } from "../core/memory.js";
import { explainSystemError } from "../storage/system-errors.js";
import {
	died,
	fellSilent,
	heapOfThread,
	isOfThread,
	type MemoryOptions,
	threadError,
} from "./thread-error.js";
import { isPassing, PAUSE, TRIES_OF_WORK, triedInVain } from "./tries.js";

/** To a thread: do this job; what you sent is taken; end. */
export type ToThread<Job> = { job: Job } | { reply: true } | { end: true };

/** From a thread. */
export type FromThread<Message, Result> =
	| { kind: "told"; message: Message }
	| { kind: "done"; result: Result }
	| { kind: "failed"; error: ErrorMessage };

/** How long threads are waited for, and what they may take. */
export interface ThreadLimits {
	/** Milliseconds without a sign of life of a thread that has a job, before it is replaced. */
	silence: number;
	/** Milliseconds that a thread may go on once it is to stop. */
	grace: number;
	/** Milliseconds before another try where the machine was at fault; for each try as much again. */
	pause: number;
	/** Megabytes of the heap of V8, of a thread. */
	heap: number;
}

/** Documents of a gigabyte are tokenized in less than the silence. */
const LIMITS: ThreadLimits = {
	silence: 20 * 60_000,
	grace: 3_000,
	pause: PAUSE,
	heap: heapOfThread(),
};

/** What there is to do, and who is told of it. */
export interface PoolWork<Job, Message, Result> {
	/** What threads begin with: it calls `serve`. */
	file: URL;
	/** What each is given. */
	data: unknown;
	/** The next job that can begin now; undefined where none can. */
	next(): Job | undefined;
	/** How many have not been given yet. */
	readonly waiting: number;
	/** The place of a job among all: the error of the first is thrown. */
	orderOf(job: Job): number;
	/** What a job is, as the beginning of a sentence. */
	describe(job: Job): string;
	memory: MemoryOptions;
	onBegun?(job: Job): void;
	/** Told of each message, one after the other. @param attempt From 1. */
	onMessage(
		job: Job,
		message: Message,
		attempt: number,
		reply: () => void,
	): void | Promise<void>;
	onDone(job: Job, result: Result): void | Promise<void>;
	/** Told that a job failed, and is tried again. */
	onAgain?(job: Job, error: Error, attempt: number): void;
	onFailed?(job: Job, error: Error): void;
}

/** A job that is to be done, and how often it has been begun. */
interface Given<Job> {
	job: Job;
	attempt: number;
}

/** A thread, and what it has to do. */
interface Member<Job> {
	worker: Worker;
	given: Given<Job> | null;
	/** Signs of life, what they were last, and how often in a row they were the same. */
	beats: Int32Array;
	heard: number;
	silent: number;
	/** Whether nothing more is expected of it. */
	isLost: boolean;
	/** Resolves once what it has sent is taken. */
	taken: Promise<void>;
}

/** How often threads are looked after in the time that they may be silent. */
const LOOKS = 20;

/**
 * Threads with one job each at a time. One that dies, says nothing any more or runs out of memory is
 * replaced, and its job is tried again, as is one that ended with an error that nobody foresaw or that may pass.
 * Where a job has failed for good the others are stopped.
 */
export class ThreadPool<Job, Message extends object, Result> {
	readonly #work: PoolWork<Job, Message, Result>;
	readonly #limits: ThreadLimits;
	readonly #flag: Int32Array;
	readonly #members = new Set<Member<Job>>();
	readonly #again: Given<Job>[] = [];
	readonly #failures: { job: Job; error: Error }[] = [];
	#most = 0;
	/** Jobs whose thread is being ended, or that wait for another try. */
	#between = 0;
	#stopping: NodeJS.Timeout | undefined;
	#onEnd = () => {};

	/** @param flag Not 0 when work is to stop: threads see it, too. */
	constructor(
		work: PoolWork<Job, Message, Result>,
		flag: Int32Array,
		limits: Partial<ThreadLimits> = {},
	) {
		this.#work = work;
		this.#flag = flag;
		this.#limits = { ...LIMITS, ...limits };
	}

	/** @throws The error of the first job that failed, but not one that only obeyed a stop. */
	async run(threads: number): Promise<void> {
		this.#most = Math.min(threads, this.#work.waiting);
		const { silence } = this.#limits;
		const looking = setInterval(() => this.#look(), silence / LOOKS);
		try {
			await new Promise<void>((resolve) => {
				this.#onEnd = resolve;
				this.#assign();
			});
		} finally {
			clearInterval(looking);
			clearTimeout(this.#stopping);
		}
		const { orderOf } = this.#work;
		this.#failures.sort((a, b) => orderOf(a.job) - orderOf(b.job));
		const cause = this.#failures.find(
			({ error }) => !(error instanceof InterruptedError),
		);
		if (this.#failures.length > 0) throw (cause ?? this.#failures[0]).error;
	}

	/** Threads that go on for too long after this are ended. */
	stop(): void {
		Atomics.store(this.#flag, 0, 1);
		const { grace } = this.#limits;
		this.#stopping ??= setTimeout(() => {
			const stopped = new InterruptedError("work was stopped.");
			for (const member of this.#members) void this.#lose(member, stopped);
		}, grace);
		this.#assign();
	}

	get #isStopped(): boolean {
		return Atomics.load(this.#flag, 0) !== 0;
	}

	/** Gives what can begin to threads without a job, or to new ones; ends them where nothing is left. */
	#assign(): void {
		const idle = [...this.#members].filter(
			({ given, isLost }) => given === null && !isLost,
		);
		while (idle.length > 0 || this.#members.size < this.#most) {
			const given = this.#next();
			if (given === undefined) break;
			try {
				this.#give(idle.shift() ?? this.#start(), given);
			} catch (error) {
				this.#failed(given, this.#explain(error));
			}
		}
		const isAtWork = [...this.#members].some(({ given }) => given !== null);
		// A job in work may be what the next ones wait for.
		const mayFollow =
			!this.#isStopped &&
			this.#work.waiting > 0 &&
			(isAtWork || this.#between > 0);
		if (!mayFollow)
			for (const member of idle) {
				member.isLost = true;
				member.worker.postMessage({ end: true } satisfies ToThread<Job>);
			}
		if (this.#members.size === 0 && this.#between === 0) this.#onEnd();
	}

	#next(): Given<Job> | undefined {
		if (this.#isStopped) return undefined;
		const again = this.#again.shift();
		if (again !== undefined) return again;
		const job = this.#work.next();
		if (job === undefined) return undefined;
		this.#work.onBegun?.(job);
		return { job, attempt: 1 };
	}

	#give(member: Member<Job>, given: Given<Job>): void {
		member.given = given;
		member.silent = 0;
		const message: ToThread<Job> = { job: given.job };
		member.worker.postMessage(message);
	}

	#start(): Member<Job> {
		const { file, data } = this.#work;
		const beats = new Int32Array(new SharedArrayBuffer(4));
		const worker = new Worker(file, {
			workerData: { data, beats },
			resourceLimits: {
				maxOldGenerationSizeMb: this.#limits.heap,
				maxYoungGenerationSizeMb: YOUNG_MEGABYTES,
			},
		});
		const member: Member<Job> = {
			...{ worker, beats, given: null, heard: 0, silent: 0, isLost: false },
			taken: Promise.resolve(),
		};
		this.#members.add(member);
		let cause: unknown = null;
		worker.on("message", (message: FromThread<Message, Result>) => {
			member.taken = member.taken
				.then(() => this.#hear(member, message))
				.catch((error) => this.#giveUp(member, error));
		});
		worker.on("error", (error) => {
			cause = error;
		});
		worker.on("exit", async (code) => {
			// What it has sent before counts.
			await member.taken;
			if (!member.isLost && member.given !== null)
				await this.#lose(member, this.#explain(cause ?? died(code)));
			this.#members.delete(member);
			this.#assign();
		});
		return member;
	}

	async #hear(
		member: Member<Job>,
		message: FromThread<Message, Result>,
	): Promise<void> {
		const { given } = member;
		if (member.isLost || given === null) return;
		const { job, attempt } = given;
		if (message.kind === "told") {
			const reply = () =>
				member.worker.postMessage({ reply: true } satisfies ToThread<Job>);
			await this.#work.onMessage(job, message.message, attempt, reply);
			return;
		}
		if (message.kind === "done") await this.#work.onDone(job, message.result);
		else {
			const error = this.#explain(unpackError(message.error));
			// Nobody knows what state it is in.
			if (isOfThread(error)) {
				void this.#lose(member, error);
				return;
			}
			this.#failed(given, error);
		}
		member.given = null;
		this.#assign();
	}

	/** What a thread has sent cannot be taken: it waits for that in vain. */
	async #giveUp(member: Member<Job>, error: Error): Promise<void> {
		if (member.given !== null) this.#fail(member.given.job, error);
		member.given = null;
		member.isLost = true;
		await member.worker.terminate();
	}

	/** Ends a thread whose job is to be done by another one. */
	async #lose(member: Member<Job>, error: Error): Promise<void> {
		if (member.isLost) return;
		member.isLost = true;
		const { given } = member;
		member.given = null;
		this.#between++;
		await member.worker.terminate();
		this.#between--;
		if (given !== null) this.#failed(given, error);
		this.#assign();
	}

	/** What becomes of a job that failed. */
	#failed({ job, attempt }: Given<Job>, error: Error): void {
		const passes = isPassing(error);
		if (!(passes || isOfThread(error)) || this.#isStopped) {
			this.#fail(job, error);
			return;
		}
		if (attempt === TRIES_OF_WORK) {
			const what = this.#work.describe(job);
			this.#fail(job, triedInVain(what, attempt, error));
			return;
		}
		this.#work.onAgain?.(job, error, attempt + 1);
		this.#between++;
		setTimeout(
			() => {
				this.#between--;
				this.#again.push({ job, attempt: attempt + 1 });
				this.#assign();
			},
			passes ? attempt * this.#limits.pause : 0,
		);
	}

	#fail(job: Job, error: Error): void {
		this.#failures.push({ job, error });
		this.#work.onFailed?.(job, error);
		this.stop();
	}

	#explain(error: unknown): Error {
		const { path } = error as NodeJS.ErrnoException;
		return threadError(
			explainSystemError(error, "read", path ?? "what a thread needs"),
			this.#work.memory,
		);
	}

	/** Counts looks, not time: a process that was stopped for an hour was not silent. */
	#look(): void {
		for (const member of this.#members) {
			if (member.given === null || member.isLost) continue;
			const now = Atomics.load(member.beats, 0);
			member.silent = now === member.heard ? member.silent + 1 : 0;
			member.heard = now;
			if (member.silent < LOOKS) continue;
			void this.#lose(member, fellSilent(this.#limits.silence));
		}
	}
}
