import { parentPort, workerData } from "node:worker_threads";
import { runTask } from "../build/tasks/run-task.js";
import { packError } from "../core/errors.js";
import type { TaskAtWork } from "../options/build.js";
import {
	type FromWorker,
	type ToWorker,
	taskContext,
	type WorkerContext,
} from "./threads.js";

/** The least time between two reports of progress, in milliseconds. */
const REPORT_EVERY = 100;

const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread");

let reported = 0;
let bytes = 0;
let documents = 0;
let tokens = 0;
let last: TaskAtWork | undefined;

const send = (message: FromWorker) => port.postMessage(message);

function report(): void {
	send({ kind: "progress", bytes, documents, tokens, last });
	bytes = documents = tokens = 0;
	reported = performance.now();
}

const context = taskContext(
	workerData as WorkerContext,
	(moreBytes, moreDocuments, moreTokens, at) => {
		last = at ?? last;
		bytes += moreBytes;
		documents += moreDocuments;
		tokens += moreTokens;
		if (performance.now() - reported > REPORT_EVERY) report();
	},
);

port.on("message", async (message: ToWorker) => {
	if ("end" in message) {
		port.close();
		return;
	}
	const { task } = message;
	try {
		const times = await runTask(context, task);
		report();
		send({ kind: "done", task, times });
	} catch (error) {
		report();
		send({ kind: "failed", task, error: packError(error) });
	}
});
