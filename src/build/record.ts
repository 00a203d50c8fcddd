import { addCounts } from "../core/counts.js";
import { DataError, optionName } from "../core/errors.js";
import { inParallel } from "../core/in-parallel.js";
import type {
	DatasetFile,
	IndexOfTask,
	LengthsOfTask,
	ManifestInjected,
	ManifestSkipped,
	ShardOfTask,
} from "../dataset/manifest.js";
import { allRows, emptyTotals, type Totals } from "../dataset/totals.js";
import { isPlainPath } from "../storage/confined.js";
import { sha256 } from "../storage/hash.js";
import { LANES } from "../storage/lanes.js";
import { readIfThere, writeAll } from "../storage/storage.js";
import { type FileSizes, sizesOf } from "./file-sizes.js";
import type { Plan } from "./plan.js";
import { recordShape } from "./record-shape.js";
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
	/** The task's own list of the spans in its documents, where there are any; its path is of the state. */
	injected: ManifestInjected | null;
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
	injected: null,
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
	// On one line: there may be tens of thousands.
	const text = JSON.stringify(record);
	const whole = JSON.stringify({ ...record, digest: sha256(text) });
	const path = workspace.record(record.task);
	await writeAll(
		workspace.storage,
		path,
		`${whole}
`,
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
	sizes = sizesOf(workspace.storage, 1),
): Promise<TaskRecord | null> {
	const { storage, planHash } = workspace;
	const path = workspace.record(task);
	if ((await sizes(path)) === null) return null;
	const content = await readIfThere(storage, path);
	if (content === null) return null;
	let record: TaskRecord;
	try {
		const { digest, ...rest } = JSON.parse(content.toString("utf8"));
		// One that was changed counts as none: what its task has written may be sound, what it has counted is lost.
		if (recordShape(rest) !== null || digest !== sha256(JSON.stringify(rest)))
			return null;
		record = rest;
		if (record.planHash !== planHash || record.task !== task) return null;
		for (const file of [...record.shards, record.index, record.lengths])
			if (file !== null && !(await isThere(workspace, file, sizes)))
				return null;
	} catch (error) {
		// Not a record that this version wrote.
		if (error instanceof SyntaxError) return null;
		throw error;
	}
	for (const [file, place] of [
		[record.skipped, workspace.skipped(task)],
		[record.injected, workspace.injected(task)],
		[record.leftovers, workspace.leftovers(task)],
		[record.findings, workspace.findings(task)],
	] as const)
		if (file !== null && (await sizes(place)) !== file.bytes) return null;
	return record;
}

async function isThere(
	workspace: Workspace,
	{ path, bytes }: DatasetFile,
	sizes: FileSizes,
): Promise<boolean> {
	if (!isPlainPath(path)) return false;
	const waiting = await sizes(workspace.waiting(path));
	return (waiting ?? (await sizes(workspace.place(path)))) === bytes;
}

/** The record of each task, null where it is still to be done. */
export async function readRecords(
	workspace: Workspace,
	plan: Plan,
): Promise<(TaskRecord | null)[]> {
	const tasks = [...plan.tasks.keys()];
	const done = await readRecordsOf(workspace, plan, tasks);
	return tasks.map((task) => done.get(task) ?? null);
}

/** The records of those of some tasks that are done, by their numbers. */
export async function readRecordsOf(
	workspace: Workspace,
	{ onError }: Pick<Plan, "onError">,
	tasks: readonly number[],
): Promise<Map<number, TaskRecord>> {
	const sizes = sizesOf(workspace.storage, tasks.length);
	const records = await inParallel(tasks, LANES, (task) =>
		readRecord(workspace, task, sizes),
	);
	const done = new Map<number, TaskRecord>();
	// Where errors are to stop the build, a task that passed some over is not done.
	for (const record of records)
		if (record !== null && (onError === "skip" || record.skipped === null))
			done.set(record.task, record);
	return done;
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
	const leftOut = Object.entries(totals.leftOutRecords);
	if (tokens === 0 && leftOut.length > 0)
		throw new DataError(
			"empty-corpus",
			`nothing is left of ${from}: ${leftOut.reduce((sum, [, n]) => sum + n, 0)} records are left out (${leftOut.map(([reason, n]) => `${n} ${reason}`).join(", ")}), ${skipped} skipped as unusable, and ${totals.documents} documents are empty. Leave less out, or name other inputs.`,
		);
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
