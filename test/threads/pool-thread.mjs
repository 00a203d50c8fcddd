// A thread of a pool: doubles numbers; a job that is an object says what goes wrong at its first tries.
import { openSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";

const { data, beats } = workerData;

function isFirst(mark) {
	try {
		openSync(`${data}/${mark}`, "wx");
		return true;
	} catch {
		return false;
	}
}

const failed = (error) => parentPort.postMessage({ kind: "failed", error });
const passing = { code: "cannot-read", exitCode: 1, isPassing: true };
const deeds = {
	die: () => process.exit(3),
	hang: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
	pass: () =>
		failed({ ...passing, name: "EnvironmentError", message: "it stumbled." }),
	bad: () =>
		failed({
			code: "bad",
			exitCode: 4,
			name: "DataError",
			message: "it is bad.",
		}),
};

setInterval(() => Atomics.add(beats, 0, 1), 50).unref();
parentPort.on("message", ({ job, end }) => {
	if (end) parentPort.close();
	if (job === undefined) return;
	const { number, deed, times } = job;
	for (let i = 0; i < times; i++)
		if (isFirst(`${number}-${i}`)) {
			deeds[deed]();
			return;
		}
	parentPort.postMessage({ kind: "told", message: { number } });
	parentPort.postMessage({ kind: "done", result: 2 * number });
});
