import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { type ErrorMessage, unpackError } from "../core/errors.js";
import { YOUNG_MEGABYTES } from "../core/memory.js";
import {
	died,
	heapOfThread,
	isOfThread,
	threadError,
} from "../threads/thread-error.js";
import {
	isPassing,
	PAUSE,
	TRIES_OF_WORK,
	triedInVain,
} from "../threads/tries.js";
import type { Batch } from "./batch.js";
import type { ReaderSource } from "./reader-source.js";

/** What the reading thread is given: what to read, from which step to before which. */
export interface ReadAheadTask {
	source: ReaderSource;
	from: number;
	end: number;
}

/** From the reading thread. */
export type ReadAheadMessage =
	| { kind: "batch"; batch: Batch }
	| { kind: "end" }
	| { kind: "failed"; error: ErrorMessage };

/**
 * Batches read on another thread, up to `ahead` of them before they are asked for. A thread that is lost is
 * replaced, and reads on from the batch that was due.
 */
export async function* readAhead(
	source: ReaderSource,
	from: number,
	end: number,
	ahead: number,
): AsyncGenerator<Batch> {
	let step = from;
	/** Batches of that step that were given. */
	let given = 0;
	for (let attempt = 1; ; attempt++)
		try {
			let passed = 0;
			for await (const batch of readOnce(source, step, end, ahead)) {
				if (batch.step === step && passed++ < given) continue;
				given = batch.step === step ? given + 1 : 1;
				step = batch.step;
				passed = given;
				attempt = 1;
				yield batch;
			}
			return;
		} catch (thrown) {
			const error = threadError(thrown, MEMORY);
			if (!isPassing(error) && !isOfThread(error)) throw error;
			if (attempt === TRIES_OF_WORK)
				throw triedInVain(`reading of step ${step}`, attempt, error);
			if (isPassing(error)) await setTimeout(attempt * PAUSE);
		}
}

const MEMORY = { options: ["readAhead"], inputs: "rows" };

async function* readOnce(
	source: ReaderSource,
	from: number,
	end: number,
	ahead: number,
): AsyncGenerator<Batch> {
	const task: ReadAheadTask = { source, from, end };
	const worker = new Worker(new URL("./read-worker.js", import.meta.url), {
		workerData: task,
		resourceLimits: {
			maxOldGenerationSizeMb: heapOfThread(),
			maxYoungGenerationSizeMb: YOUNG_MEGABYTES,
		},
	});
	const waiting: (ReadAheadMessage | { kind: "lost"; error: unknown })[] = [];
	let wake = () => {};
	const arrived = (message: (typeof waiting)[number]) => {
		waiting.push(message);
		wake();
	};
	worker.on("message", arrived);
	worker.on("error", (error) => arrived({ kind: "lost", error }));
	worker.on("exit", (code) => arrived({ kind: "lost", error: died(code) }));
	for (let i = 0; i < ahead; i++) worker.postMessage("more");
	try {
		for (;;) {
			if (waiting.length === 0)
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			const message = waiting.shift();
			if (message === undefined) continue;
			if (message.kind === "end") return;
			if (message.kind === "failed") throw unpackError(message.error);
			if (message.kind === "lost") throw message.error;
			worker.postMessage("more");
			yield message.batch;
		}
	} finally {
		await worker.terminate();
	}
}
