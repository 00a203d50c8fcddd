import { Worker } from "node:worker_threads";
import {
	type ErrorMessage,
	InterruptedError,
	unpackError,
} from "../core/errors.js";
import { threadError } from "../core/thread-error.js";
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

/** To a thread: do this unit; go on, what you wrote is taken; end. */
export type ToThread = { unit: Unit } | { taken: true } | { end: true };

/** From a thread. */
export type FromThread =
	| { kind: "written"; partition: number; bytes: Uint8Array }
	| { kind: "progress"; bytes: number; records: number }
	| { kind: "done"; result: UnitResult }
	| { kind: "failed"; error: ErrorMessage };

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
 * one after the other in this thread. Where one fails the others are stopped, and the
 * error of the first of them is thrown.
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
	const stop = () => {
		Atomics.store(flag, 0, 1);
	};
	signal?.addEventListener("abort", stop);
	try {
		if (signal?.aborted) throw new InterruptedError("composing was stopped.");
		if (workers <= 1 || units.length <= 1) {
			const runner = new UnitRunner(context);
			for (const unit of units) {
				const result = await runner.run(unit, {
					write: (partition, bytes) => events.write(unit, partition, bytes),
					onProgress: events.onProgress,
					shouldStop: () => Atomics.load(flag, 0) !== 0,
				});
				await events.onDone(unit, result);
			}
			return;
		}
		const queue = [...units];
		const failures: { unit: number; error: Error }[] = [];
		const count = Math.min(workers, units.length);
		await Promise.all(
			Array.from({ length: count }, () =>
				runThread({ context, stopFlag }, queue, events, (unit, error) => {
					failures.push({ unit, error });
					stop();
				}),
			),
		);
		failures.sort((a, b) => a.unit - b.unit);
		const cause = failures.find(
			({ error }) => !(error instanceof InterruptedError),
		);
		if (failures.length > 0) throw (cause ?? failures[0]).error;
	} finally {
		signal?.removeEventListener("abort", stop);
	}
}

/** Gives a thread units until there is none, or one has failed. */
function runThread(
	workerData: ThreadData,
	queue: Unit[],
	events: UnitEvents,
	onFailed: (unit: number, error: Error) => void,
): Promise<void> {
	const flag = new Int32Array(workerData.stopFlag);
	const worker = new Worker(new URL("./compose-worker.js", import.meta.url), {
		workerData,
	});
	let unit: Unit | undefined;
	const send = (message: ToThread) => worker.postMessage(message);
	const fail = (error: unknown) =>
		onFailed(unit?.number ?? 0, threadError(error, "groupMemory", "records"));
	const next = () => {
		unit = Atomics.load(flag, 0) === 0 ? queue.shift() : undefined;
		send(unit === undefined ? { end: true } : { unit });
	};
	const hear = async (message: FromThread) => {
		const current = unit as Unit;
		if (message.kind === "progress")
			events.onProgress(message.bytes, message.records);
		else if (message.kind === "written") {
			await events.write(current, message.partition, message.bytes);
			send({ taken: true });
		} else if (message.kind === "done") {
			await events.onDone(current, message.result);
			next();
		} else {
			fail(unpackError(message.error));
			next();
		}
	};
	worker.on("message", (message: FromThread) => {
		hear(message).catch((error) => {
			// What was written cannot be taken: the thread waits for that in vain.
			fail(error);
			void worker.terminate();
		});
	});
	worker.on("error", fail);
	next();
	return new Promise((resolve) => worker.on("exit", () => resolve()));
}

/** What a thread does with what it is told. */
export class ThreadSide {
	readonly #runner: UnitRunner;
	readonly #flag: Int32Array;
	readonly #send: (message: FromThread, moved?: ArrayBuffer) => void;
	#taken: (() => void) | null = null;
	#bytes = 0;
	#records = 0;
	#reported = 0;

	constructor(
		{ context, stopFlag }: ThreadData,
		send: (message: FromThread, moved?: ArrayBuffer) => void,
	) {
		this.#runner = new UnitRunner(context);
		this.#flag = new Int32Array(stopFlag);
		this.#send = send;
	}

	taken(): void {
		this.#taken?.();
	}

	run(unit: Unit): Promise<UnitResult> {
		const sink: UnitSink = {
			write: (partition, bytes) =>
				new Promise((resolve) => {
					this.#taken = resolve;
					const own = new Uint8Array(bytes);
					this.#send({ kind: "written", partition, bytes: own }, own.buffer);
				}),
			onProgress: (bytes, records) => {
				this.#bytes += bytes;
				this.#records += records;
				if (performance.now() - this.#reported > 100) this.report();
			},
			shouldStop: () => Atomics.load(this.#flag, 0) !== 0,
		};
		return this.#runner.run(unit, sink);
	}

	report(): void {
		this.#send({
			kind: "progress",
			bytes: this.#bytes,
			records: this.#records,
		});
		this.#bytes = this.#records = 0;
		this.#reported = performance.now();
	}
}
