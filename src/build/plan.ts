import { FORMAT_VERSION } from "../dataset/manifest.js";
import type { Settings } from "../dataset/settings.js";
import { cutIntoTasks, type InputSpan } from "../sources/divide.js";
import type { Division, InputFile } from "../sources/source.js";
import { canonicalJson, fingerprintOfFile, sha256 } from "../storage/hash.js";
import type { Storage } from "../storage/storage.js";
import { version } from "../version.js";

/** The input cut into tasks: all that decides what the build's bytes will be. */
export interface Plan {
	formatVersion: number;
	seqpackVersion: string;
	/** SHA-256 over all the rest. */
	planHash: string;
	settings: Settings;
	tokenizer: { fingerprint: string; engine: string; vocabSize: number };
	inputs: {
		source: string;
		bytes: number;
		format: string;
		compression: string | null;
		fingerprint: string;
	}[];
	/** The spans of each task. */
	tasks: InputSpan[][];
}

/** Tasks whose remainders are packed together. */
const TASKS_A_REMAINDER = 64;
/** Packers whose packs gain nothing from being packed again. */
const WITHOUT_REMAINDER = new Set(["concat", "padded"]);

/**
 * How many tasks there are, after those of the input, that pack what these leave
 * over: none where there is but one task.
 */
export function remainderTasks({ tasks, settings }: Plan): number {
	return tasks.length === 1 ||
		settings.layout === "buckets" ||
		WITHOUT_REMAINDER.has(settings.packer)
		? 0
		: Math.ceil(tasks.length / TASKS_A_REMAINDER);
}

/** The tasks, from the first to before the second, whose remainders a task packs. */
export function tasksOfRemainder(
	{ tasks }: Plan,
	task: number,
): [number, number] {
	const first = (task - tasks.length) * TASKS_A_REMAINDER;
	return [first, Math.min(first + TASKS_A_REMAINDER, tasks.length)];
}

export async function makePlan(
	storage: Storage,
	files: readonly InputFile[],
	divisions: readonly Division[],
	settings: Settings,
	tokenizer: Plan["tokenizer"],
): Promise<Plan> {
	const fingerprints = await inParallel(files, 16, (file) =>
		fingerprintOfFile(storage, file.path, file.size),
	);
	const plan = {
		formatVersion: FORMAT_VERSION,
		seqpackVersion: version,
		settings,
		tokenizer,
		inputs: files.map(({ source, size, format, compression }, i) => ({
			source,
			bytes: size,
			format,
			compression,
			fingerprint: fingerprints[i],
		})),
		tasks: cutIntoTasks(divisions, settings.taskBytes),
	};
	return { ...plan, planHash: sha256(canonicalJson(plan)) };
}

/** What differs between two plans, in words for a person. */
export function describeDifference(
	before: Pick<Plan, "settings" | "tokenizer" | "seqpackVersion"> & {
		inputs: { source: string; bytes: number; fingerprint: string }[];
	},
	now: Plan,
): string[] {
	const differences: string[] = [];
	const a = before.settings as unknown as Record<string, unknown>;
	const b = now.settings as unknown as Record<string, unknown>;
	for (const key of Object.keys(b))
		if (canonicalJson(a[key] ?? null) !== canonicalJson(b[key] ?? null))
			differences.push(
				`${key} was ${JSON.stringify(a[key])} and is ${JSON.stringify(b[key])}`,
			);
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

async function inParallel<T, R>(
	items: readonly T[],
	width: number,
	action: (item: T) => Promise<R>,
): Promise<R[]> {
	const results: R[] = new Array(items.length);
	let next = 0;
	const lane = async () => {
		while (next < items.length) {
			const at = next++;
			results[at] = await action(items[at]);
		}
	};
	await Promise.all(Array.from({ length: width }, lane));
	return results;
}
