import { Worker } from "node:worker_threads";
import { type ErrorMessage, unpackError } from "../core/errors.js";
import { YOUNG_MEGABYTES } from "../core/memory.js";
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

/** Batches read on another thread, up to `ahead` of them before they are asked for. */
export async function* readAhead(
	source: ReaderSource,
	from: number,
	end: number,
	ahead: number,
): AsyncGenerator<Batch> {
	const task: ReadAheadTask = { source, from, end };
	const worker = new Worker(new URL("./read-worker.js", import.meta.url), {
		workerData: task,
		resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
	});
	const waiting: ReadAheadMessage[] = [];
	let wake = () => {};
	const arrived = (message: ReadAheadMessage) => {
		waiting.push(message);
		wake();
	};
	worker.on("message", arrived);
	worker.on("error", (error) => {
		const { name, message, stack } = error as Error;
		const packed = { code: null, exitCode: 1, name, message, stack };
		arrived({ kind: "failed", error: packed });
	});
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
			worker.postMessage("more");
			yield message.batch;
		}
	} finally {
		await worker.terminate();
	}
}
