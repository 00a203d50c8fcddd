import type { Settings } from "../dataset/settings.js";

/** Of the process itself, and of each worker beside its window. */
const OF_PROCESS = 300e6;
const OF_WORKER = 200e6;
const BYTES_PER_TOKEN = 4;

/** Bytes of memory that a job with some workers needs, about; documents of hundreds of megabytes need more. */
export function memoryNeeded(
	{ window }: Pick<Settings, "window">,
	workers: number,
): number {
	const ofWorker = window * BYTES_PER_TOKEN + OF_WORKER;
	return OF_PROCESS + Math.max(1, workers) * ofWorker;
}
