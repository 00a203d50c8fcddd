import { EnvironmentError, InterruptedError } from "../core/errors.js";
import { AttemptCounts } from "../threads/attempt-counts.js";
import { type PoolWork, ThreadPool } from "../threads/pool.js";
import type { Served } from "../threads/serve.js";
import { threadError } from "../threads/thread-error.js";
import { tried } from "../threads/tries.js";
import {
	type ComposeContext,
	type Unit,
	type UnitResult,
	UnitRunner,
	type UnitSink,
} from "./unit.js";

/** What a thread is given. */
export interface ThreadData {
	context: ComposeContext;
	/** One int32 of shared memory: not 0 when work is to stop. */
	stopFlag: SharedArrayBuffer;
}

interface UnitProgress {
	bytes: number;
	records: number;
}

/** From a thread. What is written is replied to once it is taken. */
export type UnitMessage =
	| { kind: "written"; partition: number; bytes: Uint8Array }
	| ({ kind: "progress" } & UnitProgress);

/** Who is given what units write. */
export interface UnitEvents {
	/** Units write at the same time, each its own bytes in order. */
	write(unit: Unit, partition: number, bytes: Uint8Array): Promise<void>;
	onProgress(bytes: number, records: number): void;
	/** Called once for each unit, in the order in which they end. */
	onDone(unit: Unit, result: UnitResult): Promise<void>;
}

/**
 * Does units on threads, each a whole unit at a time; with `workers` 0, or where there is one unit,
 * one after the other in this thread. One whose thread is lost, or whose error may pass, is tried again. Where
 * one fails for good the others are stopped, and the error of the first of them is thrown.
 */
export async function runUnits(
	context: ComposeContext,
	units: readonly Unit[],
	workers: number,
	signal: AbortSignal | undefined,
	events: UnitEvents,
): Promise<void> {
	const stopFlag = new SharedArrayBuffer(4);
	const flag = new Int32Array(stopFlag);
	const taken = new TakenUnits(context, events);
	const pool =
		workers <= 1 || units.length <= 1
			? null
			: new ThreadPool(poolWork({ context, stopFlag }, units, taken), flag);
	const stop = () => {
		Atomics.store(flag, 0, 1);
		pool?.stop();
	};
	signal?.addEventListener("abort", stop);
	try {
		if (signal?.aborted) throw new InterruptedError("composing was stopped.");
		if (pool === null) await runHere(context, units, taken, flag);
		else await pool.run(workers);
		if (Atomics.load(flag, 0) !== 0)
			throw new InterruptedError("composing was stopped.");
	} finally {
		signal?.removeEventListener("abort", stop);
	}
}

/** A smaller group, or fewer of them at once. */
const MEMORY = { options: ["groupMemory"], inputs: "records" };

/**
 * Passes on what units write and count. What a unit gives is always the same: of one that is tried again,
 * what was taken before is passed over.
 */
class TakenUnits {
	readonly #context: ComposeContext;
	readonly #events: UnitEvents;
	readonly #counts = new Map<number, AttemptCounts<keyof UnitProgress>>();
	readonly #writes = new Map<number, AttemptCounts<"writes">>();

	constructor(context: ComposeContext, events: UnitEvents) {
		this.#context = context;
		this.#events = events;
	}

	begin({ number }: Unit): void {
		this.#counts.set(number, new AttemptCounts());
		this.#writes.set(number, new AttemptCounts());
	}

	async write(
		unit: Unit,
		attempt: number,
		partition: number,
		bytes: Uint8Array,
	): Promise<void> {
		const fresh = this.#writes.get(unit.number)?.add(attempt, { writes: 1 });
		if (fresh?.writes === 0) return;
		try {
			await this.#events.write(unit, partition, bytes);
		} catch (error) {
			// Some of it may be written: another try would not know how much.
			throw error instanceof EnvironmentError ? error.asLasting() : error;
		}
	}

	progress({ number }: Unit, attempt: number, progress: UnitProgress): void {
		const more = this.#counts.get(number)?.add(attempt, progress) ?? progress;
		this.#events.onProgress(more.bytes, more.records);
	}

	async done(unit: Unit, result: UnitResult): Promise<void> {
		this.#counts.delete(unit.number);
		this.#writes.delete(unit.number);
		await this.#events.onDone(unit, result);
	}

	describe({ stage, input }: Unit): string {
		const { files } = this.#context;
		const deed = { part: "reads", choose: "looks through" };
		if (!("spans" in input) || input.spans.length === 0)
			return "composing of records that were set aside";
		const path = files[input.spans[0].input].path;
		return `composing, which ${stage === "compose" ? "reads" : deed[stage]} ${path},`;
	}
}

async function runHere(
	context: ComposeContext,
	units: readonly Unit[],
	taken: TakenUnits,
	flag: Int32Array,
): Promise<void> {
	const shouldStop = () => Atomics.load(flag, 0) !== 0;
	const runner = new UnitRunner(context);
	for (const unit of units) {
		let attempt = 1;
		taken.begin(unit);
		try {
			const result = await tried(
				taken.describe(unit),
				() =>
					runner.run(unit, {
						write: (partition, bytes) =>
							taken.write(unit, attempt, partition, bytes),
						onProgress: (bytes, records) =>
							taken.progress(unit, attempt, { bytes, records }),
						shouldStop,
					}),
				(_, next) => {
					attempt = next;
				},
				shouldStop,
			);
			await taken.done(unit, result);
		} catch (error) {
			throw threadError(error, MEMORY);
		}
	}
}

function poolWork(
	data: ThreadData,
	units: readonly Unit[],
	taken: TakenUnits,
): PoolWork<Unit, UnitMessage, UnitResult> {
	const queue = [...units];
	return {
		file: new URL("./compose-worker.js", import.meta.url),
		data,
		next: () => queue.shift(),
		get waiting() {
			return queue.length;
		},
		orderOf: ({ number }) => number,
		describe: (unit) => taken.describe(unit),
		memory: MEMORY,
		onBegun: (unit) => taken.begin(unit),
		async onMessage(unit, message, attempt, reply) {
			if (message.kind === "progress")
				return taken.progress(unit, attempt, {
					bytes: message.bytes,
					records: message.records,
				});
			await taken.write(unit, attempt, message.partition, message.bytes);
			reply();
		},
		onDone: (unit, result) => taken.done(unit, result),
	};
}

/** What a thread does with the units that it is given. */
export class ThreadSide {
	readonly #runner: UnitRunner;
	readonly #flag: Int32Array;
	readonly #served: Served<UnitMessage>;
	#taken: (() => void) | null = null;
	#progress: UnitProgress = { bytes: 0, records: 0 };
	#reported = 0;

	constructor({ context, stopFlag }: ThreadData, served: Served<UnitMessage>) {
		this.#runner = new UnitRunner(context);
		this.#flag = new Int32Array(stopFlag);
		this.#served = served;
	}

	taken(): void {
		this.#taken?.();
	}

	async run(unit: Unit): Promise<UnitResult> {
		const sink: UnitSink = {
			write: (partition, bytes) =>
				new Promise((resolve) => {
					this.#taken = resolve;
					const own = new Uint8Array(bytes);
					this.#served.send(
						{ kind: "written", partition, bytes: own },
						own.buffer,
					);
				}),
			onProgress: (bytes, records) => {
				this.#served.beat();
				this.#progress.bytes += bytes;
				this.#progress.records += records;
				if (performance.now() - this.#reported > 100) this.#report();
			},
			shouldStop: () => Atomics.load(this.#flag, 0) !== 0,
		};
		const result = await this.#runner.run(unit, sink);
		this.#report();
		return result;
	}

	#report(): void {
		this.#served.send({ kind: "progress", ...this.#progress });
		this.#progress = { bytes: 0, records: 0 };
		this.#reported = performance.now();
	}
}
