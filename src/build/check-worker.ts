import { parentPort, workerData } from "node:worker_threads";
import { checkNext } from "./check-files.js";

const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread");
port.postMessage(await checkNext(workerData));
