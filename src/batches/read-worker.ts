import { parentPort, workerData } from "node:worker_threads";
import { packError } from "../core/errors.js";
import type { Batch } from "./batch.js";
import type { ReadAheadMessage, ReadAheadTask } from "./read-ahead.js";
import { createReader } from "./reader-source.js";

const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread");

const { source, from, end } = workerData as ReadAheadTask;
const send = (message: ReadAheadMessage, transfer: ArrayBuffer[] = []) =>
	port.postMessage(message, transfer);
let step = from;

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

try {
	const reader = createReader(source);
	port.on("message", () => {
		try {
			if (step >= end) return send({ kind: "end" });
			const batch = reader.read(step++);
			send({ kind: "batch", batch }, buffersOf(batch));
		} catch (error) {
			send({ kind: "failed", error: packError(error) });
		}
	});
} catch (error) {
	send({ kind: "failed", error: packError(error) });
}
