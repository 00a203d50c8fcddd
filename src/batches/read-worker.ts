import { parentPort, workerData } from "node:worker_threads";
import { packError } from "../core/errors.js";
import type { Batch } from "./batch.js";
import type { ReadAheadMessage, ReadAheadTask } from "./read-ahead.js";
import { readBatches } from "./reader-source.js";

const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread");

const { source, from, end } = workerData as ReadAheadTask;
const send = (message: ReadAheadMessage, transfer: ArrayBuffer[] = []) =>
	port.postMessage(message, transfer);

/** The memory of a batch, which goes with it. */
function buffersOf({ columns }: Batch): ArrayBuffer[] {
	const buffers = new Set<ArrayBuffer>();
	for (const column of Object.values(columns)) {
		if (column.type === "string") continue;
		buffers.add(column.values.buffer as ArrayBuffer);
		if ("offsets" in column) buffers.add(column.offsets.buffer as ArrayBuffer);
	}
	return [...buffers];
}

/** Resolves once the other side has asked for another batch. */
let asked = 0;
let wake = () => {};
async function untilAsked(): Promise<void> {
	while (asked === 0)
		await new Promise<void>((resolve) => {
			wake = resolve;
		});
	asked--;
}
port.on("message", () => {
	asked++;
	wake();
});

async function run(): Promise<void> {
	try {
		const batches = readBatches(source, from, end, true);
		for (;;) {
			await untilAsked();
			const next = await batches.next();
			if (next.done) break;
			send({ kind: "batch", batch: next.value }, buffersOf(next.value));
		}
		send({ kind: "end" });
	} catch (error) {
		send({ kind: "failed", error: packError(error) });
	}
}

// Not awaited: Node 26 crashes where a thread is ended whose file still waits for something.
run();
