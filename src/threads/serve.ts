import { parentPort, workerData } from "node:worker_threads";
import { packError } from "../core/errors.js";
import type { FromThread, ToThread } from "./pool.js";

/** Milliseconds between two signs of life of a thread that waits for something. */
const BEAT_EVERY = 1_000;

/** What work on a thread has of its pool. */
export interface Served<Message> {
	/** @param moved What is not copied, and is not here any more then. */
	send(message: Message, moved?: ArrayBuffer): void;
	/** Gives a sign of life. Work that waits for nothing says so itself. */
	beat(): void;
}

/**
 * Does the jobs of a pool on the thread that runs this, one after the other.
 * @param begin Is given what threads of the pool are given; what it returns does a job.
 * @param onReply Told what the pool replies to messages.
 */
export function serve<Data, Job, Result, Message extends object>(
	begin: (data: Data, served: Served<Message>) => (job: Job) => Promise<Result>,
	onReply: () => void = () => {},
): void {
	const port = parentPort;
	if (port === null) throw new Error("this file runs as a worker thread");
	const { data, beats } = workerData as { data: Data; beats: Int32Array };
	const post = (message: FromThread<Message, Result>, moved?: ArrayBuffer) =>
		port.postMessage(message, moved === undefined ? [] : [moved]);
	const served: Served<Message> = {
		send: (message, moved) => post({ kind: "told", message }, moved),
		beat: () => {
			Atomics.add(beats, 0, 1);
		},
	};
	setInterval(served.beat, BEAT_EVERY).unref();
	let work: ((job: Job) => Promise<Result>) | null = null;
	port.on("message", async (message: ToThread<Job>) => {
		if ("end" in message) port.close();
		else if ("reply" in message) onReply();
		else
			try {
				work ??= begin(data, served);
				post({ kind: "done", result: await work(message.job) });
			} catch (error) {
				post({ kind: "failed", error: packError(error) });
			}
	});
}
