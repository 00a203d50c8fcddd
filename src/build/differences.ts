import { optionName } from "../core/errors.js";
import { isObject } from "../core/values.js";
import type { ManifestStore } from "../dataset/manifest.js";
import type { Settings } from "../dataset/settings.js";
import { kindOfFingerprint } from "../sources/find/fingerprint.js";
import { canonicalJson } from "../storage/hash.js";
import type { Plan } from "./plan.js";

/** What was built or begun, as far as it is compared with a plan. */
export type Before = Pick<Plan, "settings" | "seqpackVersion"> & {
	tokenizer: { fingerprint: string };
	inputs: { source: string; bytes: number; fingerprint: string }[];
	store?: ManifestStore;
	composed?: readonly { injected: { sha256: string } | null }[];
};

/** What differs between what was built or begun and a plan, in words for a person. */
export function describeDifference(before: Before, now: Plan): string[] {
	const differences: string[] = [];
	for (const [name, was, is] of differingValues(
		bySource(before.settings),
		bySource(now.settings),
	))
		differences.push(`${name} was ${shown(was)} and is ${shown(is)}`);
	if (before.tokenizer.fingerprint !== now.tokenizer.fingerprint)
		differences.push("the tokenizer is another one");
	if (before.store?.planHash !== now.store?.planHash)
		differences.push(
			"the store is another one, was built anew, or was added to",
		);
	const files = compareInputs(before.inputs, now.inputs);
	if (files !== null) differences.push(files);
	if (injectedIn(before) !== injectedIn(now))
		differences.push("other spans are injected, or elsewhere");
	if (before.seqpackVersion !== now.seqpackVersion)
		differences.push(
			`it was made by seqpack ${before.seqpackVersion}, and this is ${now.seqpackVersion}`,
		);
	return differences;
}

function injectedIn({ composed = [] }: Pick<Before, "composed">): string {
	return canonicalJson(
		composed.map(({ injected }) => injected?.sha256 ?? null),
	);
}

/** What differs between the inputs of two builds; null: nothing. */
function compareInputs(
	before: Before["inputs"],
	now: Before["inputs"],
): string | null {
	const identity = (inputs: Before["inputs"]) =>
		canonicalJson(inputs.map((i) => [i.source, i.bytes, i.fingerprint]));
	if (identity(before) === identity(now)) return null;
	const kind = ({ fingerprint }: Before["inputs"][number]) =>
		kindOfFingerprint(fingerprint);
	const mayBeSame =
		before.length === now.length &&
		before.every(
			(was, i) =>
				was.source === now[i].source &&
				was.bytes === now[i].bytes &&
				(was.fingerprint === now[i].fingerprint || kind(was) !== kind(now[i])),
		);
	return mayBeSame
		? `the input files may be the same, and fingerprints of another kind tell them (${optionName("fingerprint")})`
		: "the input files are not the same or have changed";
}

/** Whether two plans are alike but for the files that they read, and into how many tasks these are cut. */
export function readOtherFiles(a: Plan, b: Plan): boolean {
	const rest = ({ settings, tokenizer, grows }: Plan) => ({
		settings: { ...settings, taskSize: 0 },
		tokenizer: tokenizer.fingerprint,
		grows: grows?.planHash,
	});
	return canonicalJson(rest(a)) === canonicalJson(rest(b));
}

/** Settings with those of the one source beside the others, or those of several by name. */
function bySource({ sources = [], ...settings }: Partial<Settings>): unknown {
	if (sources.length <= 1) return { ...sources[0], ...settings };
	const named = sources.map((source) => [source.name, source]);
	return { ...settings, sources: Object.fromEntries(named) };
}

/** The names of values that differ, with dots where one is within another, and both values. */
export function* differingValues(
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

export const shown = (value: unknown) =>
	value === undefined ? "not set" : JSON.stringify(value);
