import { addCounts } from "../core/counts.js";
import { DataError, optionName } from "../core/errors.js";
import type {
	DatasetFile,
	IndexOfTask,
	LengthsOfTask,
	ManifestSkipped,
	ShardOfTask,
} from "../dataset/manifest.js";
import { allRows, emptyTotals, type Totals } from "../dataset/totals.js";
import { isPlainPath } from "../storage/confined.js";
import { readAll, writeAll } from "../storage/storage.js";
import type { Plan } from "./plan.js";
import type { Workspace } from "./workspace.js";

/** What a task did: written last, so that a task with a record is done. */
export interface TaskRecord {
	task: number;
	/** Of the plan that the task is part of. */
	planHash: string;
	totals: Totals;
	/** Bytes of input read; lines in each span, to number the lines of the next one. */
	bytes: number;
	lines: number[];
	/** For each bucket how many sequences take the room of how many tokens: pairs of tokens and number. */
	rooms: [number, number][][];
	shards: ShardOfTask[];
	index: IndexOfTask | null;
	/** Of what was read for a store; where there are documents. */
	lengths: LengthsOfTask | null;
	/** The task's own list of records passed over, where there are any; its path is of the state. */
	skipped: ManifestSkipped | null;
	/** Sequences left to a repack task, where there are any; its path is of the state. */
	leftovers: DatasetFile | null;
	/** What it found out for other tasks; its path is of the state. */
	findings: DatasetFile | null;
	/** Documents of the tasks before, where their number is limited. */
	documentsBefore: number;
}

/** What a task's record says where it made no rows. */
export const NO_ROWS = {
	bytes: 0,
	lines: [],
	rooms: [],
	shards: [],
	index: null,
	lengths: null,
	skipped: null,
	leftovers: null,
	findings: null,
	documentsBefore: 0,
} satisfies Partial<TaskRecord>;

/** Counts as pairs of index and count, those of zero left out. */
export function sparse(counts: Float64Array): [number, number][] {
	const pairs: [number, number][] = [];
	counts.forEach((count, i) => {
		if (count > 0) pairs.push([i, count]);
	});
	return pairs;
}

export async function writeRecord(
	workspace: Workspace,
	record: TaskRecord,
): Promise<void> {
	const { rooms, ...rest } = record;
	// Many pairs: not one number a line.
	const text = JSON.stringify(rest, null, "\t").replace(
		/\n}$/,
		`,\n\t"rooms": ${JSON.stringify(rooms)}\n}`,
	);
	await writeAll(
		workspace.storage,
		workspace.record(record.task),
		`${text}\n`,
		{ once: true },
	);
}

/**
 * The record of a task that is done: one of this plan, whose files are all
 * there, waiting or already in their places; null where it is still to be done.
 */
export async function readRecord(
	workspace: Workspace,
	task: number,
): Promise<TaskRecord | null> {
	const { storage, planHash } = workspace;
	const path = workspace.record(task);
	if ((await storage.stat(path)) === null) return null;
	let record: TaskRecord;
	try {
		record = JSON.parse((await readAll(storage, path)).toString("utf8"));
		if (record.planHash !== planHash || record.task !== task) return null;
		for (const file of [...record.shards, record.index, record.lengths])
			if (file !== null && !(await isThere(workspace, file))) return null;
	} catch (error) {
		// Not a record that this version wrote.
		if (error instanceof SyntaxError || error instanceof TypeError) return null;
		throw error;
	}
	for (const [file, place] of [
		[record.skipped, workspace.skipped(task)],
		[record.leftovers, workspace.leftovers(task)],
		[record.findings, workspace.findings(task)],
	] as const)
		if (file !== null && (await storage.stat(place))?.size !== file.bytes)
			return null;
	return record;
}

async function isThere(
	workspace: Workspace,
	{ path, bytes }: DatasetFile,
): Promise<boolean> {
	if (!isPlainPath(path)) return false;
	const { storage } = workspace;
	const found =
		(await storage.stat(workspace.waiting(path))) ??
		(await storage.stat(workspace.place(path)));
	return found?.size === bytes;
}

/** The record of each task, null where it is still to be done. */
export async function readRecords(
	workspace: Workspace,
	{ tasks, onError }: Plan,
): Promise<(TaskRecord | null)[]> {
	const records: (TaskRecord | null)[] = [];
	for (const task of tasks.keys()) {
		const record = await readRecord(workspace, task);
		// Where errors are to stop the build, a task that passed some over is not done.
		const counts = onError === "skip" || record?.skipped === null;
		records.push(counts ? record : null);
	}
	return records;
}

/** @throws DataError `empty-corpus` when nothing at all came out, and nothing was there. */
export function requireRows(
	{ inputs, grows }: Plan,
	records: readonly TaskRecord[],
): void {
	if (grows !== undefined) return;
	const totals = emptyTotals();
	for (const record of records) addCounts(totals, record.totals);
	if (allRows(totals).rows > 0) return;
	const skipped = Object.values(totals.skippedRecords).reduce(
		(sum, n) => sum + n,
		0,
	);
	const shown = inputs.slice(0, 3).map(({ path }) => path);
	const from = `${shown.join(", ")}${inputs.length > 3 ? " ..." : ""}`;
	const tokens = totals.textTokens + totals.specialTokens;
	if (tokens === 0)
		throw new DataError(
			"empty-corpus",
			`there is no text in ${from}: ${totals.documents} documents, all of them empty, and ${skipped} records skipped as unusable. Name inputs that hold text.`,
		);
	const reasons = Object.entries(totals.dropped).map(
		([reason, { documents }]) => `${documents} ${reason}`,
	);
	throw new DataError(
		"empty-corpus",
		`nothing is left of ${from}: all ${tokens} tokens of ${totals.documents} documents are dropped (${reasons.join(", ")}). Ask for less to be dropped, such as by ${optionName("remainder", "keep")}, or a smaller ${optionName("minLength")} or ${optionName("minSequence")}.`,
	);
}
