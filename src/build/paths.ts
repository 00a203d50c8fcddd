import { bucketName } from "../dataset/bucket-name.js";

/** Where a build keeps what, below the output directory. */
export const STATE = ".seqpack";
export const PLAN = `${STATE}/plan.json`;
export const LOCK = `${STATE}/lock`;
export const RECORDS = `${STATE}/tasks`;
export const STAGED = `${STATE}/staged`;

export function recordPath(task: number): string {
	return `${RECORDS}/${padded(task, 5)}.json`;
}

export function shardPath(
	directory: string,
	task: number,
	shard: number,
	extension: string,
): string {
	return `${directory}/train-${padded(task, 5)}-${padded(shard, 4)}${extension}`;
}

/** The directory of a bucket's shards. */
export function bucketDirectory(length: number): string {
	return `data/${bucketName(length)}`;
}

export function indexPath(task: number): string {
	return `index/${padded(task, 5)}.parquet`;
}

/** The task's own list of skipped records, with lines counted in its spans. */
export function skippedPath(task: number): string {
	return `skipped/${padded(task, 5)}.jsonl`;
}

/** What a task leaves to be packed with what others leave; only ever staged. */
export function remainderPath(task: number): string {
	return `remainders/${padded(task, 5)}.arrow`;
}

/** The dataset's list of skipped records. */
export const SKIPPED = "index/skipped.jsonl";

/** Where a file waits until the whole build is done. */
export function stagedPath(path: string): string {
	return `${STAGED}/${path}`;
}

function padded(number: number, width: number): string {
	return String(number).padStart(width, "0");
}
