import { sum } from "../core/arithmetic.js";
import { inParallel } from "../core/in-parallel.js";
import { isObject } from "../core/values.js";
import { FORMAT_VERSION } from "../dataset/manifest.js";
import type { Settings } from "../dataset/settings.js";
import { packers } from "../pack/packers.js";
import type { FoundInput } from "../sources/candidate.js";
import { bytesOf, cutIntoTasks, type InputSpan } from "../sources/divide.js";
import { fingerprintOfMembers } from "../sources/group.js";
import type { Division, InputFile, Member } from "../sources/source.js";
import { canonicalJson, fingerprintOfFile, sha256 } from "../storage/hash.js";
import { storageAt } from "../storage/storages.js";
import { version } from "../version.js";

/** The tasks from `from` to before `to`. */
export interface TaskRange {
	from: number;
	to: number;
}

/** Reads spans of the input, and makes rows of what is there. */
export interface ReadTask {
	kind: "read";
	spans: InputSpan[];
	/** The task that must have counted its documents, where their number is limited. */
	after?: number;
	/** The tasks that say which documents are repeats. */
	repeats?: TaskRange;
	/** The task that says which documents are held out. */
	threshold?: number;
}

/** Packs together what other tasks left over. */
export interface RepackTask extends TaskRange {
	kind: "repack";
}

/** Hashes the documents of spans of the input. */
export interface HashTask {
	kind: "hash";
	spans: InputSpan[];
	/** Into how many parts the hashes are sorted, for `repeats` tasks; 0: for none. */
	parts: number;
}

/** Finds the repeats among the documents that other tasks hashed, in one part of the hashes. */
export interface RepeatsTask extends TaskRange {
	kind: "repeats";
	part: number;
}

/** Finds up to which hash documents are held out, so that a given number is. */
export interface ThresholdTask extends TaskRange {
	kind: "threshold";
}

/** The unit of building; its number is its place in the plan. */
export type Task =
	| ReadTask
	| RepackTask
	| HashTask
	| RepeatsTask
	| ThresholdTask;

export interface PlanInput {
	/** What the output calls it. */
	source: string;
	/** Where it is opened; not part of the plan's hash. */
	path: string;
	bytes: number;
	/** Of the file when the plan was made (`Stat.version`); not part of the plan's hash. */
	version: string;
	format: string;
	compression: InputFile["compression"];
	frames: InputFile["frames"];
	fingerprint: string;
	/** The files below `path` that make up a document of several; their versions are not part of the plan's hash. */
	members?: readonly Member[];
}

export interface PlanTokenizer {
	/** Where it is opened, and the engine that was asked for; not part of the plan's hash. */
	path: string;
	asked: string;
	/** SHA-256 of tokenizer.json. */
	fingerprint: string;
	engine: string;
	vocabSize: number;
}

/** All that the tasks of a build need. What they write depends on nothing else. */
export interface Plan {
	formatVersion: number;
	seqpackVersion: string;
	/** SHA-256 over all that decides what the build's bytes will be. */
	planHash: string;
	settings: Settings;
	tokenizer: PlanTokenizer;
	inputs: PlanInput[];
	/** What to do with a record that cannot be used; not part of the hash: where nothing is passed over it changes nothing. */
	onError: "stop" | "skip";
	tasks: Task[];
}

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

function rangesNeeded(task: Task): TaskRange[] {
	if (task.kind === "hash") return [];
	if (task.kind !== "read") return [task];
	const { after, threshold, repeats } = task;
	const single = [after, threshold].filter((number) => number !== undefined);
	const ranges = single.map((number) => ({ from: number, to: number + 1 }));
	return repeats === undefined ? ranges : [...ranges, repeats];
}

/** An input as sources read it. */
export function inputFile(
	{ bytes, fingerprint, ...file }: PlanInput,
	{ inputOptions }: Settings,
): InputFile {
	return { ...file, size: bytes, options: inputOptions };
}

/** Whether the tasks of a plan leave their emptiest packs to others. */
export function leavesPacks({ tasks }: Pick<Plan, "tasks">): boolean {
	return tasks.some(({ kind }) => kind === "repack");
}

export async function makePlan(
	files: readonly FoundInput[],
	divisions: readonly Division[],
	settings: Settings,
	tokenizer: PlanTokenizer,
	onError: Plan["onError"],
): Promise<Plan> {
	const fingerprints = await inParallel(files, 16, fingerprintOf);
	const spans = cutIntoTasks(divisions, settings.taskSize);
	const inputBytes = sum(divisions.map(bytesOf));
	const plan = {
		formatVersion: FORMAT_VERSION,
		seqpackVersion: version,
		settings,
		tokenizer: {
			...tokenizer,
			path: storageAt(tokenizer.path).absolute(tokenizer.path),
		},
		inputs: files.map((file, i) => ({
			source: file.source,
			path: storageAt(file.path).absolute(file.path),
			bytes: file.size,
			version: file.version ?? "",
			format: file.format,
			compression: file.compression,
			frames: file.frames,
			fingerprint: fingerprints[i],
			...(file.members && { members: file.members }),
		})),
		onError,
		tasks: tasksOf(spans, settings, inputBytes),
	};
	return { ...plan, planHash: hashOf(plan) };
}

/** Found already where the file is small. */
async function fingerprintOf(file: FoundInput): Promise<string> {
	const { path, size, members } = file;
	if (file.fingerprint !== null) return file.fingerprint;
	const storage = storageAt(path);
	if (members === undefined) return fingerprintOfFile(storage, path, size);
	const each: string[] = [];
	for (const member of members)
		each.push(
			await fingerprintOfFile(storage, `${path}/${member.path}`, member.size),
		);
	return fingerprintOfMembers(members, each);
}

/** Those that read come first: their numbers are part of the documents' ids. */
function tasksOf(
	spans: readonly InputSpan[][],
	settings: Settings,
	inputBytes: number,
): Task[] {
	const count = spans.length;
	const repacking = repackTasks(count, settings);
	const heldOut = documentsHeldOut(settings);
	if (!settings.dedupe && heldOut === null)
		return [...readTasks(spans, settings, {}), ...repacking];
	const parts = settings.dedupe
		? Math.min(MOST_PARTS, Math.max(1, Math.ceil(inputBytes / BYTES_PER_PART)))
		: 0;
	const from = count + repacking.length;
	const to = from + count;
	const hashing = spans.map((spans): Task => ({ kind: "hash", spans, parts }));
	const finding = Array.from(
		{ length: parts },
		(_, part): Task => ({ kind: "repeats", part, from, to }),
	);
	const end = to + parts;
	const reading = readTasks(spans, settings, {
		...(parts === 0 ? {} : { repeats: { from: to, to: end } }),
		...(heldOut === null ? {} : { threshold: end }),
	});
	return [
		...reading,
		...repacking,
		...hashing,
		...finding,
		...(heldOut === null ? [] : [{ kind: "threshold", from, to } as const]),
	];
}

function readTasks(
	spans: readonly InputSpan[][],
	{ limit }: Settings,
	needs: Pick<ReadTask, "repeats" | "threshold">,
): Task[] {
	return spans.map((spans, number) => ({
		kind: "read",
		spans,
		...(limit === null || number === 0 ? {} : { after: number - 1 }),
		...needs,
	}));
}

/** How many documents are held out, where it is a number of them; else null. */
export function documentsHeldOut({
	validation,
}: Pick<Settings, "validation">): number | null {
	return validation !== null && validation >= 1 ? validation : null;
}

function repackTasks(reading: number, { packer }: Settings): Task[] {
	if (reading === 1 || !packers.find(packer.name).repacks) return [];
	return Array.from(
		{ length: Math.ceil(reading / TASKS_PER_REPACK) },
		(_, i): Task => ({
			kind: "repack",
			from: i * TASKS_PER_REPACK,
			to: Math.min((i + 1) * TASKS_PER_REPACK, reading),
		}),
	);
}

/** Where files are, and how errors are met, makes no other dataset. */
function hashOf(plan: Omit<Plan, "planHash">): string {
	const { onError, ...rest } = plan;
	const { path, asked, ...tokenizer } = plan.tokenizer;
	const inputs = plan.inputs.map(({ path, version, members, ...input }) =>
		members === undefined
			? input
			: { ...input, members: members.map(({ version, ...member }) => member) },
	);
	return sha256(canonicalJson({ ...rest, tokenizer, inputs }));
}

/** What differs between what was built or begun and a plan, in words for a person. */
export function describeDifference(
	before: Pick<Plan, "settings" | "seqpackVersion"> & {
		tokenizer: { fingerprint: string };
		inputs: { source: string; bytes: number; fingerprint: string }[];
	},
	now: Plan,
): string[] {
	const differences: string[] = [];
	for (const [name, was, is] of differingValues(before.settings, now.settings))
		differences.push(`${name} was ${shown(was)} and is ${shown(is)}`);
	if (before.tokenizer.fingerprint !== now.tokenizer.fingerprint)
		differences.push("the tokenizer is another one");
	const identity = (inputs: typeof before.inputs) =>
		canonicalJson(inputs.map((i) => [i.source, i.bytes, i.fingerprint]));
	if (identity(before.inputs) !== identity(now.inputs))
		differences.push("the input files are not the same or have changed");
	if (before.seqpackVersion !== now.seqpackVersion)
		differences.push(
			`it was made by seqpack ${before.seqpackVersion}, and this is ${now.seqpackVersion}`,
		);
	return differences;
}

/** The names of values that differ, with dots where one is within another, and both values. */
function* differingValues(
	was: unknown,
	is: unknown,
	name = "",
): Generator<[name: string, was: unknown, is: unknown]> {
	if (isObject(was) && isObject(is))
		for (const key of new Set([...Object.keys(is), ...Object.keys(was)]))
			yield* differingValues(
				was[key],
				is[key],
				name === "" ? key : `${name}.${key}`,
			);
	else if (canonicalJson(was ?? null) !== canonicalJson(is ?? null))
		yield [name, was, is];
}

const shown = (value: unknown) =>
	value === undefined ? "not set" : JSON.stringify(value);
