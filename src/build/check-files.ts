import { sum } from "../core/arithmetic.js";
import { InterruptedError } from "../core/errors.js";
import { inParallel } from "../core/in-parallel.js";
import { sha256OfFile } from "../storage/hash.js";
import type { WrittenFile } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { NO_SUCH_FILE } from "../storage/system-errors.js";
import { ThreadPool } from "../threads/pool.js";

/** A file that is to have a content. */
export interface FileToCheck extends WrittenFile {
	/** Where it may be: the first of these that is there. */
	places: readonly string[];
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
	const check = threads < 2 ? checkHere : onThreads;
	const changed = await check(files, threads, signal);
	if (signal?.aborted) throw new InterruptedError("the build was stopped.");
	return files.filter((_, number) => changed.has(number));
}

/** Whether the first of its places that is there holds what was written. */
export async function isAsWritten({ places, bytes, sha256 }: FileToCheck) {
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

async function checkHere(
	files: readonly FileToCheck[],
	_threads: number,
	signal?: AbortSignal,
): Promise<Set<number>> {
	const changed = new Set<number>();
	await inParallel([...files.keys()], READS, async (number) => {
		if (signal?.aborted) return;
		if (!(await isAsWritten(files[number]))) changed.add(number);
	});
	return changed;
}

async function onThreads(
	files: readonly FileToCheck[],
	threads: number,
	signal?: AbortSignal,
): Promise<Set<number>> {
	const changed = new Set<number>();
	const queue = [...files.entries()].reverse();
	const pool = new ThreadPool<[number, FileToCheck], never, boolean>(
		{
			file: new URL("./check-worker.js", import.meta.url),
			data: null,
			next: () => queue.pop(),
			get waiting() {
				return queue.length;
			},
			orderOf: ([number]) => number,
			describe: ([, { places }]) => `comparing of ${places[0]}`,
			memory: { options: ["taskSize"], inputs: "documents" },
			onMessage: () => {},
			onDone([number], isSame) {
				if (!isSame) changed.add(number);
			},
		},
		new Int32Array(new SharedArrayBuffer(4)),
	);
	const stop = () => pool.stop();
	signal?.addEventListener("abort", stop);
	try {
		if (!signal?.aborted) await pool.run(threads);
	} finally {
		signal?.removeEventListener("abort", stop);
	}
	return changed;
}
