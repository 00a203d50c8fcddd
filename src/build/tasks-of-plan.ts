import type {
	ManifestIndex,
	ManifestLengths,
	ManifestShard,
} from "../dataset/manifest.js";
import type { Settings } from "../dataset/settings.js";
import { packers } from "../pack/packers.js";
import type { InputSpan } from "../sources/divide.js";
import { keyRule } from "./key-rule.js";

/** The tasks from `from` to before `to`. */
export interface TaskRange {
	from: number;
	to: number;
}

/** Reads spans of the input, and makes rows of what is there. */
export interface ReadTask {
	kind: "read";
	/** The place of their source in the settings. */
	source: number;
	spans: InputSpan[];
	/** How often other tasks have read the same before; left out: never. */
	copy?: number;
	/** The share of the documents that this copy takes; left out: all. */
	share?: number;
	/** The task that must have counted its documents, where their number is limited. */
	after?: number;
	/** The tasks that say which documents are repeats, and which of their lists is for this one. */
	repeats?: TaskRange & { list: number };
	/** The task that says which documents are held out, or taken of each stratum. */
	threshold?: number;
	/** Which of the tasks that hash has read the same; left out: that does not matter to the threshold. */
	hashed?: number;
}

/** Packs the documents of a task of a store: makes an index of rows, or the rows. */
export interface PackTask {
	kind: "pack";
	/** The place of their source in the settings. */
	source: number;
	/** Their lengths, in the store. */
	lengths: ManifestLengths;
	/** Where rows are made: their tokens, and the index of the task. */
	shards?: Pick<ManifestShard, "path" | "bytes">[];
	index?: ManifestIndex | null;
}

/** Packs together what other tasks left over, all of one source. */
export interface RepackTask extends TaskRange {
	kind: "repack";
	source: number;
}

/** Hashes the documents of spans of the input. */
export interface HashTask {
	kind: "hash";
	source: number;
	spans: InputSpan[];
	/** Into how many parts the hashes are sorted, for `repeats` tasks; 0: for none. */
	parts: number;
}

/** Finds the repeats among the documents that other tasks hashed, in one part of the hashes. */
export interface RepeatsTask extends TaskRange {
	kind: "repeats";
	part: number;
}

/** Finds up to which hash documents are chosen, so that a given number is. */
export interface ThresholdTask extends TaskRange {
	kind: "threshold";
}

/** The unit of building; its number is its place in the plan. */
export type Task =
	| ReadTask
	| PackTask
	| RepackTask
	| HashTask
	| RepeatsTask
	| ThresholdTask;

/** Tasks whose leftovers are packed together. */
const TASKS_PER_REPACK = 64;

/** Input bytes of hashes that are looked through for repeats at once. */
const BYTES_PER_PART = 2 ** 30;
const MOST_PARTS = 4096;

/** The tasks that must be done before a task. */
export function* dependenciesOf(task: Task): Generator<number> {
	for (const { from, to } of rangesNeeded(task))
		for (let number = from; number < to; number++) yield number;
}

/** What some tasks need that is not among them: for each such task, one that needs it. */
export function neededOutside(
	{ tasks }: { tasks: readonly Task[] },
	some: readonly number[],
): Map<number, number> {
	const own = new Set(some);
	const seen = new Set<string>();
	const needed = new Map<number, number>();
	for (const task of some)
		for (const range of rangesNeeded(tasks[task])) {
			const key = `${range.from} ${range.to}`;
			// Many tasks need the same.
			if (seen.has(key)) continue;
			seen.add(key);
			for (let number = range.from; number < range.to; number++)
				if (!own.has(number)) needed.set(number, task);
		}
	return needed;
}

/** The tasks that must be done before a task, as ranges; none is empty. */
export function rangesNeeded(task: Task): TaskRange[] {
	if (task.kind === "hash" || task.kind === "pack") return [];
	if (task.kind !== "read") return [task];
	const { after, threshold, repeats } = task;
	const single = [after, threshold].filter((number) => number !== undefined);
	const ranges = single.map((number) => ({ from: number, to: number + 1 }));
	return repeats === undefined ? ranges : [...ranges, repeats];
}

/** Whether the tasks of a plan leave their emptiest packs to others. */
export function leavesPacks({ tasks }: { tasks: readonly Task[] }): boolean {
	return tasks.some(({ kind }) => kind === "repack");
}

/**
 * The tasks of a build. Those that read come first, source by source: their numbers are
 * part of the documents' ids.
 * @param spans Of each source, those of each of its tasks.
 */
export function planTasks(
	spans: readonly InputSpan[][][],
	settings: Settings,
	inputBytes: number,
): Task[] {
	const reading = spans.flatMap((tasks, source) =>
		readTasks(tasks, source, settings),
	);
	for (const [number, task] of reading.entries()) {
		const before = reading[number - 1];
		if (
			settings.sources[task.source].limit !== null &&
			before?.source === task.source &&
			before.copy === task.copy
		)
			task.after = number - 1;
	}
	const repacking = repackTasks(reading, settings);
	return [
		...reading,
		...repacking,
		...choosingTasks(
			spans,
			reading,
			reading.length + repacking.length,
			settings,
			inputBytes,
		),
	];
}

/** The tasks that pack a store: as many as have read it, with the same numbers, and those that they leave packs to. */
export function packTasks(
	packing: readonly PackTask[],
	settings: Settings,
): Task[] {
	// A tree is of the documents of one window.
	const leaves = settings.prefixTree === undefined;
	return [...packing, ...(leaves ? repackTasks(packing, settings) : [])];
}

/** The tasks that read a source, as often as it is repeated. */
function readTasks(
	tasks: readonly InputSpan[][],
	source: number,
	{ sources }: Settings,
): ReadTask[] {
	const { repeat } = sources[source];
	return Array.from({ length: Math.ceil(repeat) }, (_, copy) => {
		const share = Math.min(1, repeat - copy);
		return tasks.map(
			(spans): ReadTask => ({
				kind: "read",
				source,
				spans,
				...(copy > 0 && { copy }),
				...(share < 1 && { share }),
			}),
		);
	}).flat();
}

/**
 * The tasks that find out about all documents before any is read, numbered from `first`;
 * the tasks that need them are told.
 */
function choosingTasks(
	spans: readonly InputSpan[][][],
	reading: readonly ReadTask[],
	first: number,
	settings: Settings,
	inputBytes: number,
): Task[] {
	const rule = keyRule(settings);
	if (!settings.dedupe && rule === null) return [];
	const parts = settings.dedupe
		? Math.min(MOST_PARTS, Math.max(1, Math.ceil(inputBytes / BYTES_PER_PART)))
		: 0;
	const hashing = spans.flatMap((tasks, source) =>
		tasks.map((spans): Task => ({ kind: "hash", source, spans, parts })),
	);
	const from = first;
	const to = first + hashing.length;
	const finding = Array.from(
		{ length: parts },
		(_, part): Task => ({ kind: "repeats", part, from, to }),
	);
	const threshold = to + parts;
	let listsBefore = 0;
	for (const [source, tasks] of spans.entries()) {
		const own = reading.filter((task) => task.source === source);
		for (const [i, task] of own.entries()) {
			const list = listsBefore + (i % tasks.length);
			if (parts > 0) task.repeats = { from: to, to: threshold, list };
			if (rule !== null) task.threshold = threshold;
			if (rule?.areDistinct === false) task.hashed = list;
		}
		listsBefore += tasks.length;
	}
	return [
		...hashing,
		...finding,
		...(rule === null ? [] : [{ kind: "threshold", from, to } as const]),
	];
}

/** Rows are of one source, so that of several there are several such tasks. */
function repackTasks(
	reading: readonly Pick<ReadTask, "source">[],
	{ packer, sources }: Settings,
): Task[] {
	if (!packers.find(packer.name).repacks) return [];
	return sources.flatMap((_, source) => {
		const start = reading.findIndex((task) => task.source === source);
		const count = reading.filter((task) => task.source === source).length;
		// One alone could leave nothing but what it would pack itself.
		if (reading.length === 1 || count === 0) return [];
		return Array.from(
			{ length: Math.ceil(count / TASKS_PER_REPACK) },
			(_, i): Task => ({
				kind: "repack",
				source,
				from: start + i * TASKS_PER_REPACK,
				to: start + Math.min((i + 1) * TASKS_PER_REPACK, count),
			}),
		);
	});
}
