import { sum } from "../core/arithmetic.js";
import {
	FORMAT_VERSION,
	type ManifestComposed,
	type ManifestInjected,
	type ManifestStore,
} from "../dataset/manifest.js";
import type { Settings } from "../dataset/settings.js";
import type { Chat } from "../documents/chat.js";
import { bytesOf, cutIntoTasks, type InputSpan } from "../sources/divide.js";
import type { FoundInput } from "../sources/find/candidate.js";
import type { LeftOutSummary } from "../sources/find/left-out.js";
import type { Division, InputFile, Member, Unseen } from "../sources/source.js";
import { sha256OfJson } from "../storage/hash.js";
import { absoluteTokenizer } from "../storage/load-tokenizer.js";
import { storageAt } from "../storage/storages.js";
import { version } from "../version.js";
import { planTasks, type Task } from "./tasks-of-plan.js";

export interface PlanInput {
	/** The place of its source in the settings. */
	of: number;
	/** The split that its documents are of. */
	split: string;
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
	/** As `InputFile` has it. */
	unseen?: Unseen;
	fingerprint: string;
	/** The files below `path` that make up a document of several; their versions are not part of the plan's hash. */
	members?: readonly Member[];
	/** As `InputFile` has it; its paths and versions are not part of the plan's hash. */
	beside?: readonly Member[];
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
	/** The store that documents are added to; left out: none is. */
	grows?: GrownStore;
	/** The store that is packed; where it is no part of the hash. Left out: the inputs are read. */
	store?: ManifestStore;
	/** How the records of each source were composed; of it what was injected alone is part of the hash. Left out: none were. */
	composed?: PlanComposed[];
	/** What conversations are rendered with; null where there are none. */
	chat: Chat | null;
	/** What was met where the inputs are, and is none; not part of the hash. Left out: nothing was. */
	leftOut?: LeftOutSummary[];
	/** What to do with a record that cannot be used; not part of the hash: where nothing is passed over it changes nothing. */
	onError: "stop" | "skip";
	/** What reads has no spans here where `parts` says so. */
	tasks: Task[];
	/**
	 * Left out: this is all of the plan. Else the spans of tasks, and the inputs, are in so many other files, as far as they were not read
	 * (plan-files.ts); no part of the hash.
	 */
	parts?: {
		files: number;
		/** How many inputs there are, and their bytes. */
		inputs: number;
		bytes: number;
	};
}

/** How the records of a source were composed, and where the list of what was injected lies. */
export interface PlanComposed extends Omit<ManifestComposed, "injected"> {
	injected: ManifestInjected | null;
}

/** The state of a store that a build adds tasks and inputs to. */
export interface GrownStore {
	planHash: string;
	/** How many tasks it has: those of the plan are numbered from here on in all that they write. */
	tasks: number;
}

/** The number of a plan's first task in the dataset, where those of a store come before it. */
export function firstTaskOf({ grows }: Plan): number {
	return grows?.tasks ?? 0;
}

/** An input as sources read it. */
export function inputFile(
	{ of, split, bytes, fingerprint, ...file }: PlanInput,
	{ sources }: Settings,
): InputFile {
	return { ...file, size: bytes, options: sources[of].inputOptions };
}

/** A file that was found for a source, by the source's place in the settings. */
export interface SourceFile extends FoundInput {
	of: number;
	split: string;
	fingerprint: string;
}

export async function makePlan(
	files: readonly SourceFile[],
	divisions: readonly Division[],
	settings: Settings,
	tokenizer: PlanTokenizer,
	{
		chat,
		leftOut,
		onError,
		grows,
		composed,
	}: Required<Pick<Plan, "chat" | "leftOut" | "onError">> &
		Pick<Plan, "grows" | "composed">,
): Promise<Plan> {
	const inputBytes = sum(divisions.map(bytesOf));
	const plan = {
		formatVersion: FORMAT_VERSION,
		seqpackVersion: version,
		settings,
		tokenizer: {
			...tokenizer,
			path: await absoluteTokenizer(tokenizer.path),
		},
		inputs: files.map((file) => ({
			of: file.of,
			split: file.split,
			source: file.source,
			path: storageAt(file.path).absolute(file.path),
			bytes: file.size,
			version: file.version ?? "",
			format: file.format,
			compression: file.compression,
			frames: file.frames,
			...(file.unseen && { unseen: file.unseen }),
			fingerprint: file.fingerprint,
			...(file.members && { members: file.members }),
			...(file.beside && {
				beside: file.beside.map((other) => ({
					...other,
					path: storageAt(other.path).absolute(other.path),
				})),
			}),
		})),
		...(grows && { grows }),
		...(composed && { composed: composed.map(withPlace) }),
		chat,
		leftOut,
		onError,
		tasks: planTasks(
			spansOfSources(files, divisions, settings),
			settings,
			inputBytes,
		),
	};
	return { ...plan, planHash: hashOf(plan) };
}

/** With the place of its list of spans in full: tasks may run elsewhere. */
function withPlace({ injected, ...composed }: PlanComposed): PlanComposed {
	if (injected === null) return { ...composed, injected };
	const path = storageAt(injected.path).absolute(injected.path);
	return { ...composed, injected: { ...injected, path } };
}

/** Of each source, the spans of each of its tasks. */
function spansOfSources(
	files: readonly SourceFile[],
	divisions: readonly Division[],
	{ sources, taskSize }: Settings,
): InputSpan[][][] {
	return sources.map((_, source) => {
		const own = [...files.keys()].filter((i) => files[i].of === source);
		const tasks = cutIntoTasks(
			own.map((i) => divisions[i]),
			taskSize,
		);
		return tasks.map((spans) =>
			spans.map((span) => ({ ...span, input: own[span.input] })),
		);
	});
}

/** Where files are, which are left out, and how errors are met makes no other dataset. */
export function hashOf(plan: Omit<Plan, "planHash">): string {
	const { onError, leftOut, store, parts, composed, ...rest } = plan;
	const { path, asked, ...tokenizer } = plan.tokenizer;
	const inputs = plan.inputs.map(
		({ path, version, members, beside, ...input }) =>
			members === undefined
				? input
				: {
						...input,
						members: members.map(({ version, ...member }) => member),
					},
	);
	const of = store && { store: store.planHash };
	const lists = composed?.map(({ injected }) => injected?.sha256 ?? null);
	const injected = lists?.some((list) => list !== null) && { injected: lists };
	return sha256OfJson({ ...rest, ...of, ...injected, tokenizer, inputs });
}
