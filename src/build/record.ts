import type { ManifestFile, ManifestShard } from "../dataset/manifest.js";
import type { Totals } from "../dataset/totals.js";
import { readAll, type Storage, writeAll } from "../storage/storage.js";
import { recordPath, stagedPath } from "./paths.js";

/** What a task did: written last, so that a task with a record is done. */
export interface TaskRecord {
	task: number;
	/** Of the plan that the task is part of. */
	planHash: string;
	totals: Totals;
	/** Bytes of input read. */
	bytes: number;
	/** Lines in each span, to number the lines of the next one. */
	lines: number[];
	/** How many sequences take the room of how many tokens: pairs of tokens and number. */
	rooms: number[][];
	shards: ManifestShard[];
	index: ManifestFile | null;
	/** The list of records passed over, where there are any. */
	skipped: ManifestFile | null;
	/** Packs left to a remainder task, where there are any. */
	remainder: ManifestFile | null;
}

/** Counts as pairs of index and count, those of zero left out. */
export function sparse(counts: Float64Array): number[][] {
	const pairs: number[][] = [];
	counts.forEach((count, i) => {
		if (count > 0) pairs.push([i, count]);
	});
	return pairs;
}

/** One line of a list of skipped records. */
export interface SkippedRecord {
	source: string;
	/** From 1; in a task's own list from the beginning of the span. */
	line: number;
	position: number;
	reason: string;
}

export async function writeRecord(
	storage: Storage,
	out: string,
	record: TaskRecord,
): Promise<void> {
	const path = `${out}/${recordPath(record.task)}`;
	const { rooms, ...rest } = record;
	// Many pairs: not one number a line.
	const text = JSON.stringify(rest, null, "\t").replace(
		/\n}$/,
		`,\n\t"rooms": ${JSON.stringify(rooms)}\n}`,
	);
	await writeAll(storage, path, `${text}\n`);
}

/**
 * The record of a task that is done: one of this plan, whose files are all
 * there, staged or already in their places.
 */
export async function readRecord(
	storage: Storage,
	out: string,
	task: number,
	planHash: string,
): Promise<TaskRecord | null> {
	const path = `${out}/${recordPath(task)}`;
	if ((await storage.stat(path)) === null) return null;
	let record: TaskRecord;
	try {
		record = JSON.parse((await readAll(storage, path)).toString("utf8"));
	} catch {
		return null;
	}
	if (record.planHash !== planHash || record.task !== task) return null;
	for (const file of filesOf(record)) {
		const found =
			(await storage.stat(`${out}/${stagedPath(file.path)}`)) ??
			(await storage.stat(`${out}/${file.path}`));
		if (found?.size !== file.bytes) return null;
	}
	return record;
}

/** The files of a task that become part of the dataset, and its own list of skipped records. */
export function filesOf(record: TaskRecord): ManifestFile[] {
	const { shards, index, skipped, remainder } = record;
	return [...shards, index, skipped, remainder].filter((file) => file !== null);
}
