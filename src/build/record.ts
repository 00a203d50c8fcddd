import { addCounts } from "../core/counts.js";
import { DataError, optionName } from "../core/errors.js";
import { inParallel } from "../core/in-parallel.js";
import { parseJson } from "../core/json.js";
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
import { type FileSizes, sizesOf } from "../storage/file-sizes.js";
import { sha256 } from "../storage/hash.js";
import { LANES } from "../storage/lanes.js";
import { readIfThere, writeAll } from "../storage/storage.js";
import { inputOfTask } from "./input-of-task.js";
import type { Plan } from "./plan.js";
import { recordShape } from "./record-shape.js";
import type { Workspace } from "./workspace.js";

/** What a task did: written last, so that a task with a record is done. */
export interface TaskRecord {
	task: number;
	/** Of the plan that the task is part of. */
	planHash: string;
	/** Tells what it read of the inputs, and their sizes and versions then; null where it reads none. */
	input: string | null;
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

/** A task's record but for what the plan says. */
export type TaskResult = Omit<TaskRecord, "task" | "planHash" | "input">;

export async function writeRecord(
	workspace: Workspace,
	plan: Plan,
	task: number,
	result: TaskResult,
): Promise<void> {
	const { planHash } = plan;
	const input = inputOfTask(plan, task);
	// On one line: there may be tens of thousands.
	const text = JSON.stringify({ task, planHash, input, ...result });
	// One that is lost or torn is no record.
	await writeAll(workspace.storage, workspace.record(task), signed(text), {
		...{ once: true, scratch: true },
	});
}

/** The text of a record, with its hash at the end. */
function signed(text: string): string {
	return `${text.slice(0, -1)},"sha256":"${sha256(text)}"}\n`;
}

/** Null for what is no record, or was changed since it was written. */
function parseRecord(text: string): TaskRecord | null {
	try {
		const { sha256, ...record } = parseJson(text);
		if (signed(JSON.stringify(record)) !== text) return null;
		return recordShape(record) === null ? record : null;
	} catch {
		return null;
	}
}

/**
 * The record of a task that is done: one of this plan, of what the inputs are now, and
 * whose files all have their sizes, waiting or already in their places; null where it is
 * still to be done.
 * @param onInputChanged Told where only the input is another one.
 */
export async function readRecord(
	workspace: Workspace,
	plan: Pick<Plan, "tasks" | "inputs" | "parts">,
	task: number,
	sizes = sizesOf(workspace.storage, 1),
	onInputChanged: (task: number) => void = () => {},
): Promise<TaskRecord | null> {
	const { storage, planHash } = workspace;
	const path = workspace.record(task);
	if ((await sizes(path)) === null) return null;
	const content = await readIfThere(storage, path);
	const record = content && parseRecord(content.toString("utf8"));
	if (record?.planHash !== planHash || record.task !== task) return null;
	for (const { places, bytes } of outputsOf(workspace, record))
		if ((await sizeOfFirst(places, sizes)) !== bytes) return null;
	const input = inputOfTask(plan, task);
	if (input === undefined || input === record.input) return record;
	onInputChanged(task);
	return null;
}

/** A file that a task has written, and where it may be, the first of these that is there. */
export interface TaskOutput extends Pick<DatasetFile, "bytes" | "sha256"> {
	places: string[];
}

/** All files that a task has written but its record. */
export function outputsOf(
	workspace: Workspace,
	{ task, shards, index, lengths, ...own }: TaskRecord,
): TaskOutput[] {
	const ofDataset = [...shards, index, lengths].filter((file) => file !== null);
	const ofState = [
		[own.skipped, workspace.skipped(task)],
		[own.injected, workspace.injected(task)],
		[own.leftovers, workspace.leftovers(task)],
		[own.findings, workspace.findings(task)],
	] as const;
	return [
		...ofDataset.map(({ path, bytes, sha256 }) => ({
			places: isPlainPath(path)
				? [workspace.waiting(path), workspace.place(path)]
				: [],
			...{ bytes, sha256 },
		})),
		...ofState.flatMap(([file, place]) =>
			file === null
				? []
				: { places: [place], bytes: file.bytes, sha256: file.sha256 },
		),
	];
}

async function sizeOfFirst(
	places: readonly string[],
	sizes: FileSizes,
): Promise<number | null> {
	for (const place of places) {
		const size = await sizes(place);
		if (size !== null) return size;
	}
	return null;
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
	plan: Plan,
	tasks: readonly number[],
	onInputChanged?: (task: number) => void,
): Promise<Map<number, TaskRecord>> {
	const { onError } = plan;
	const sizes = sizesOf(workspace.storage, tasks.length);
	const records = await inParallel(tasks, LANES, (task) =>
		readRecord(workspace, plan, task, sizes, onInputChanged),
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
