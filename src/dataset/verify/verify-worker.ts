import { parentPort, workerData } from "node:worker_threads";
import { packError } from "../../core/errors.js";
import { type ThreadData, ThreadSide, type ToThread } from "./check-tasks.js";

const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread");

const side = new ThreadSide(workerData as ThreadData, (message) =>
	port.postMessage(message),
);

port.on("message", async (message: ToThread) => {
	if ("end" in message) {
		side.end();
		port.close();
	} else
		try {
			await side.check(message.files, message.found);
		} catch (error) {
			port.postMessage({ kind: "failed", error: packError(error) });
		}
});
