import { parentPort, workerData } from "node:worker_threads";
import { packError } from "../core/errors.js";
import {
	type FromThread,
	type ThreadData,
	ThreadSide,
	type ToThread,
} from "./run-units.js";

const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread");

const send = (message: FromThread, moved?: ArrayBuffer) =>
	port.postMessage(message, moved === undefined ? [] : [moved]);
let side: ThreadSide | null = null;

port.on("message", async (message: ToThread) => {
	if ("end" in message) port.close();
	else if ("taken" in message) side?.taken();
	else
		try {
			side ??= new ThreadSide(workerData as ThreadData, send);
			const result = await side.run(message.unit);
			side.report();
			send({ kind: "done", result });
		} catch (error) {
			send({ kind: "failed", error: packError(error) });
		}
});
