// Preloaded: threads misbehave at one of their jobs, as `SEQPACK_BAD_THREADS` says, as JSON:
// { deed, job, times, late, marks }, `marks` being a directory where it is noted how often they have.
import { openSync } from "node:fs";
import { isMainThread, parentPort } from "node:worker_threads";

const deeds = {
	exit: () => process.exit(7),
	throw: () => {
		throw new TypeError("this is not what it should be");
	},
	reject: () => {
		Promise.reject(new Error("nobody waits for this"));
	},
	hang: () => {
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
	},
	loop: () => {
		for (;;);
	},
	heap: () => {
		const all = [];
		for (;;) all.push({ is: [all.length] });
	},
	buffers: () => {
		const error = new RangeError("Array buffer allocation failed");
		parentPort.postMessage({
			kind: "failed",
			error: {
				code: null,
				exitCode: 1,
				name: error.name,
				message: error.message,
			},
		});
	},
};

function mayStill({ times, marks }) {
	for (let i = 0; i < times; i++)
		try {
			openSync(`${marks}/${i}`, "wx");
			return true;
		} catch {}
	return false;
}

if (!isMainThread && process.env.SEQPACK_BAD_THREADS !== undefined) {
	const bad = JSON.parse(process.env.SEQPACK_BAD_THREADS);
	const on = parentPort.on.bind(parentPort);
	parentPort.on = (name, listener) =>
		on(name, (message) => {
			const { job } = message ?? {};
			const isBad =
				name === "message" &&
				job !== undefined &&
				(job.number ?? job) === bad.job &&
				mayStill(bad);
			if (!isBad || bad.late) listener(message);
			if (isBad && bad.late) setTimeout(deeds[bad.deed], bad.late);
			else if (isBad) deeds[bad.deed]();
		});
}
