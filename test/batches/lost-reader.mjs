// Preloaded: the thread that reads batches ahead ends in place of its batch number `at`, so many times in all, as
// `SEQPACK_LOST_READER` says, as JSON: { times, at, marks }.
import { openSync } from "node:fs";
import { isMainThread, parentPort } from "node:worker_threads";

const { times, at, marks } = JSON.parse(process.env.SEQPACK_LOST_READER);

function mayStill() {
	for (let i = 0; i < times; i++)
		try {
			openSync(`${marks}/${i}`, "wx");
			return true;
		} catch {}
	return false;
}

if (!isMainThread) {
	const post = parentPort.postMessage.bind(parentPort);
	let batches = 0;
	let isLost = false;
	parentPort.postMessage = (message, moved) => {
		if (message.kind === "batch" && batches++ === at && mayStill()) {
			isLost = true;
			// What it has sent before may come.
			setTimeout(() => process.exit(7), 20);
		}
		if (!isLost) post(message, moved);
	};
}
