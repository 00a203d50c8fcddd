import { Worker } from "node:worker_threads";
import { sum } from "../core/arithmetic.js";
import { InterruptedError } from "../core/errors.js";
import { inParallel } from "../core/in-parallel.js";
import { sha256OfFile } from "../storage/hash.js";
import type { WrittenFile } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { NO_SUCH_FILE } from "../storage/system-errors.js";
import { threadError } from "../threads/thread-error.js";

/** A file that is to have a content. */
export interface FileToCheck extends WrittenFile {
	/** Where it may be: the first of these that is there. */
	places: readonly string[];
}

/** What a thread is given: the files, and in shared memory the number of the next one to look at. */
export interface CheckContext {
	files: readonly FileToCheck[];
	next: SharedArrayBuffer;
}

/** Bytes that are worth a thread. */
const BYTES_PER_THREAD = 64 << 20;
/** Files that are read at a time where there is one thread. */
const READS = 4;

/** The files whose content is another one, or that are not there. @param workers Threads, at most. */
export async function changedFiles<T extends FileToCheck>(
	files: readonly T[],
	workers: number,
	signal?: AbortSignal,
): Promise<T[]> {
	const bytes = sum(files.map(({ bytes }) => bytes));
	const threads = Math.min(workers, Math.floor(bytes / BYTES_PER_THREAD));
	const context = { files, next: new SharedArrayBuffer(4) };
	const stop = () => {
		Atomics.store(new Int32Array(context.next), 0, files.length);
	};
	signal?.addEventListener("abort", stop);
	try {
		const changed =
			threads < 2
				? await checkNext(context, READS)
				: await onThreads(context, threads);
		if (signal?.aborted) throw new InterruptedError("the build was stopped.");
		return changed.sort((a, b) => a - b).map((file) => files[file]);
	} finally {
		signal?.removeEventListener("abort", stop);
	}
}

/** Checks files that nobody has checked until there are none; gives the numbers of those that are others. */
export async function checkNext(
	{ files, next }: CheckContext,
	reads = 1,
): Promise<number[]> {
	const counter = new Int32Array(next);
	const changed: number[] = [];
	await inParallel([...Array(reads).keys()], reads, async () => {
		for (;;) {
			const number = Atomics.add(counter, 0, 1);
			if (number >= files.length) return;
			if (!(await isAsWritten(files[number]))) changed.push(number);
		}
	});
	return changed;
}

async function isAsWritten({ places, bytes, sha256 }: FileToCheck) {
	for (const place of places) {
		try {
			const found = await sha256OfFile(storageAt(place), place);
			return found.bytes === bytes && found.sha256 === sha256;
		} catch (error) {
			if ((error as { code?: unknown }).code !== NO_SUCH_FILE) throw error;
		}
	}
	return false;
}

async function onThreads(
	workerData: CheckContext,
	threads: number,
): Promise<number[]> {
	const own = Array.from({ length: threads }, () => {
		const worker = new Worker(new URL("./check-worker.js", import.meta.url), {
			workerData,
		});
		return new Promise<number[]>((resolve, reject) => {
			worker.on("message", resolve);
			worker.on("error", (error) =>
				reject(
					threadError(error, { options: ["taskSize"], inputs: "documents" }),
				),
			);
		});
	});
	return (await Promise.all(own)).flat();
}
