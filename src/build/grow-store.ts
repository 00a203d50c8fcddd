import { optionName, UsageError } from "../core/errors.js";
import { quoted } from "../core/text.js";
import { findManifest } from "../dataset/find-manifest.js";
import { layouts } from "../dataset/layouts/layouts.js";
import { splitsOf } from "../dataset/lengths.js";
import type { Manifest } from "../dataset/manifest.js";
import { readManifest } from "../dataset/read-manifest.js";
import type { Settings, SourceSettings } from "../dataset/settings.js";
import { TRAIN, VALIDATION } from "../dataset/splits.js";
import { optionOfCarried } from "../documents/carried/carried-fields.js";
import { specialOptions, specialTokens } from "../documents/special-tokens.js";
import { optionsOfUnits } from "../documents/units/unit-settings.js";
import {
	type BuildOptions,
	type BuildValues,
	buildTable,
} from "../options/build.js";
import { readOptionsTable } from "../sources/formats.js";
import { canonicalJson } from "../storage/hash.js";
import { fingerprintOfName } from "../storage/load-tokenizer.js";
import { tokenizerEngines } from "../tokenizer/from-json.js";
import { namedTokenizers } from "../tokenizer/named-tokenizers.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { differingValues, shown } from "./differences.js";

/** A store that documents are to be added to. */
export interface Growing {
	out: string;
	manifest: Manifest;
}

/**
 * The store in a directory, to be added to; null where there is none yet.
 * @throws UsageError `not-a-store`, `other-store`; DataError `bad-manifest`
 */
export async function findGrowing(out: string): Promise<Growing | null> {
	if ((await findManifest(out)) === null) return null;
	const manifest = await readManifest(out);
	const { layout, sources } = manifest.settings;
	if (sources.some(({ composed }) => composed !== undefined))
		throw otherStore(
			`${out} was built with ${optionName("recipe")}, and what a recipe has made cannot be added to: build the store again of all inputs; or compose with seqpack compose, and build a store of what that writes, which can be added to`,
		);
	if (layouts.find(layout).packs || manifest.lengths === undefined)
		throw new UsageError(
			"not-a-store",
			`${out} has rows of the layout ${layout}, and ${optionName("append", true)} adds documents to a store: choose another directory (${optionName("out")}).`,
		);
	return { out, manifest };
}

/**
 * Checks that what a build is to do can be done some files at a time.
 * @throws UsageError `bad-option`, `ignored-option`
 */
export function checkSteps(
	{ append, overwrite, dedupe, validation, perStratum }: BuildValues,
	sources: readonly SourceSettings[],
): void {
	if (!append) return;
	if (overwrite)
		throw new UsageError(
			"ignored-option",
			`${optionName("append", true)} would change nothing beside ${optionName("overwrite", true)}, which builds the store anew. Give one of them.`,
		);
	const limit = sources.find((source) => source.limit !== null)?.limit;
	const [name, value, does] =
		dedupe === "exact"
			? ["dedupe", dedupe, "looks for repeats among all documents"]
			: limit !== undefined
				? ["limit", limit, "takes the first of all documents"]
				: perStratum !== undefined
					? ["perStratum", perStratum, "chooses that many of all documents"]
					: ["validation", validation, "chooses that many of all documents"];
	if (name === "validation" && (validation ?? 0) < 1) return;
	const instead =
		name === "validation" ? "Give a share of them" : "Leave it out";
	throw new UsageError(
		"bad-option",
		`${optionName(name as string, value)} ${does}, and ${optionName("append", true)} adds some at a time. ${instead}, or build the store of all files at once.`,
	);
}

/**
 * What is given to add to a store, with what the store was built with where nothing else
 * is given.
 * @throws UsageError `other-store` for an option that would make other documents than the
 * store has, which is named; `missing-option`
 */
export function optionsForGrowing(
	growing: Growing,
	given: BuildOptions,
): BuildOptions {
	const { out, manifest } = growing;
	const { chat } = manifest.settings;
	const has = optionsOf(manifest.settings);
	for (const [name, value] of Object.entries(given)) {
		if (value === undefined || !Object.hasOwn(has, name)) continue;
		const usual = buildTable[name as keyof typeof buildTable].default;
		const was = has[name] ?? usual;
		if (canonicalJson(value) === canonicalJson(was ?? null)) continue;
		throw otherStore(
			`${optionName(name, value)} would make other documents than ${out} has, which was built ${was === undefined ? `without ${optionName(name)}` : `with ${optionName(name, was)}`}`,
		);
	}
	return {
		...has,
		// What was a file has no name in the settings.
		chatTemplate: chat?.template ?? undefined,
		...(given.vocabSize === undefined && {
			tokenizer: given.tokenizer ?? nameOfTokenizer(growing),
		}),
		tokenizerEngine: tokenizerEngines.find(
			(engine) => engine === manifest.tokenizer.engine,
		),
		...definedOf(given),
	};
}

/** The options of a store, as far as its settings say which of them were given; undefined: not given. */
function optionsOf(settings: Settings): Record<string, unknown> {
	const { sources, dedupe, validation, chat, format, compression, strata } =
		settings;
	const [source] = sources;
	const isPlain = sources.length === 1 && source.name === null;
	const keepsSplits = splitsOf(settings).some(
		(split) => split !== TRAIN && (split !== VALIDATION || validation === null),
	);
	return {
		...(isPlain && optionsOfSource(source)),
		dedupe: dedupe ? "exact" : undefined,
		validation: validation ?? undefined,
		templateDate: chat?.date ?? undefined,
		templateValues: chat?.values,
		...{ format, compression },
		specialTokensInText: settings.specialTokensInText,
		shardTokens: settings.buckets[0].shardTokens,
		...strata,
		...(keepsSplits &&
			strata?.splitStrata === undefined && { keepSplits: true }),
	};
}

function optionsOfSource({
	conversations,
	tokens,
	inputOptions,
	name,
	repeat,
	segment,
	carry,
	parts,
	...source
}: SourceSettings): Record<string, unknown> {
	const options = {
		partsField: parts,
		...Object.fromEntries(
			Object.keys(readOptionsTable).map((option) => [option, null]),
		),
		...inputOptions,
		...source,
		...optionsOfUnits(segment),
		carry: carry && optionOfCarried(carry),
		conversations: conversations?.format,
		loss: conversations?.loss,
		tokensField: tokens?.field,
		maskField: tokens?.mask,
		bordersField: tokens?.borders,
	};
	return Object.fromEntries(
		Object.entries(options).map(([option, value]) => [
			option,
			value ?? undefined,
		]),
	);
}

function definedOf(given: BuildOptions): BuildOptions {
	return Object.fromEntries(
		Object.entries(given).filter(([, value]) => value !== undefined),
	) as unknown as BuildOptions;
}

/**
 * The tokenizer of a store, where it is one that a name says all of.
 * @throws UsageError `missing-option`
 */
function nameOfTokenizer({ out, manifest: { tokenizer } }: Growing): string {
	const { fingerprint, vocabSize } = tokenizer;
	const found = namedTokenizers
		.entries()
		.map(([name, { argument }]) =>
			argument === null ? name : `${name}:${vocabSize}`,
		)
		.find((name) => fingerprintOfName(name) === fingerprint);
	if (found !== undefined) return found;
	throw new UsageError(
		"missing-option",
		`${optionName("tokenizer")} is missing: give the one of ${out}, whose SHA-256 begins with ${fingerprint.slice(0, 12)}.`,
	);
}

/** @throws UsageError `other-store` for a tokenizer that is not the store's */
export function requireTokenizer(
	{ out, manifest }: Growing,
	path: string,
	fingerprint: string,
	{ engine }: Pick<Tokenizer, "engine">,
): void {
	const has = manifest.tokenizer;
	if (fingerprint !== has.fingerprint)
		throw otherStore(
			`${optionName("tokenizer", path)} is not the tokenizer of ${out}: its SHA-256 begins with ${fingerprint.slice(0, 12)}, and that of the store's with ${has.fingerprint.slice(0, 12)}`,
		);
	if (engine !== has.engine)
		throw otherStore(
			`${optionName("tokenizerEngine")} is ${engine}, and ${out} was tokenized by ${has.engine}, which may give other ids`,
		);
}

/**
 * The options of BOS and EOS that give the tokens that the store has, where none of them
 * is given.
 * @throws UsageError `other-store` where those that are given come to others
 */
export function specialsForGrowing(
	{
		out,
		manifest: { settings },
	}: Pick<Growing, "out"> & { manifest: Pick<Manifest, "settings"> },
	given: Partial<BuildOptions>,
	tokenizer: Tokenizer,
): Partial<BuildValues> {
	const kinds = Object.entries(specialOptions) as [
		keyof typeof specialOptions,
		(typeof specialOptions)["bos" | "eos"],
	][];
	const isGiven = (name: keyof BuildOptions) => given[name] !== undefined;
	const own = kinds
		.filter(([, { add, token }]) => !isGiven(add) && !isGiven(token))
		.flatMap(([kind, { add, token }]): [string, unknown][] => {
			const id = settings[kind];
			const isUsual = id === null || id === tokenizer[kind]?.id;
			return [
				[add, id !== null],
				[token, isUsual ? undefined : tokenizer.decode([id])],
			];
		});
	const values: Partial<BuildValues> = Object.fromEntries(own);
	const found = specialTokens({ ...given, ...values }, tokenizer);
	for (const [kind, { add, token }] of kinds)
		if (found[kind] !== settings[kind])
			throw otherStore(
				`${optionName(isGiven(token) ? token : add, given[isGiven(token) ? token : add])} makes ${shownId(found[kind])} the ${kind.toUpperCase()} of documents, and ${out} has ${shownId(settings[kind])}`,
			);
	return values;
}

const shownId = (id: number | null) => (id === null ? "none" : `token ${id}`);

/**
 * Where the given sources are among those of a store.
 * @throws UsageError `other-store` for one that the store does not have, or reads otherwise
 */
export function placesOfSources(
	{ out, manifest: { settings } }: Growing,
	sources: readonly SourceSettings[],
): number[] {
	const names = settings.sources.map(({ name }) => name);
	return sources.map((source) => {
		const place = names.indexOf(source.name);
		if (place === -1)
			throw otherStore(
				names[0] === null
					? `${out} has one source, without a name, and the source ${quoted(source.name)} is given`
					: `${source.name === null ? "the inputs are of no source" : `there is no source ${quoted(source.name)} in ${out}`}, which has ${names.join(", ")}`,
			);
		const [other] = differingValues(settings.sources[place], source);
		if (other !== undefined)
			throw otherStore(
				`${source.name === null ? "" : `the source ${quoted(source.name)}: `}${optionName(other[0])} is ${shown(other[2])}, and ${out} was built with ${shown(other[1])}`,
			);
		return place;
	});
}

/** @throws UsageError `other-store` for settings that are not the store's */
export function requireSettings(
	{ out, manifest }: Growing,
	settings: Settings,
): void {
	// Neither changes what a store holds.
	const { taskSize, window } = settings;
	const was = { ...manifest.settings, taskSize, window };
	const [other] = differingValues(was, settings);
	if (other === undefined) return;
	const [name, before, now] = other;
	throw otherStore(
		name === "chat.templates"
			? `the chat template is not the one that the conversations of ${out} were rendered with: name that one with ${optionName("chatTemplate")}`
			: `${name} would be ${shown(now)}, and ${out} was built with ${shown(before)}`,
	);
}

/** @throws UsageError `other-store` for files that would be kept apart, where the store keeps none such apart */
export function requireSplits(
	{ out, manifest }: Growing,
	files: readonly { source: string; split: string }[],
): void {
	const has = splitsOf(manifest.settings);
	const other = files.find(({ split }) => !has.includes(split));
	if (other !== undefined)
		throw otherStore(
			`${other.source} would be of the split ${other.split}, and ${out} was built with ${has.join(", ")} alone: leave out ${optionName("keepSplits", true)} to train on it`,
		);
}

function otherStore(sentence: string): UsageError {
	return new UsageError(
		"other-store",
		`${sentence}. What is added to a store is made as the rest of it was; for something else choose another directory (${optionName("out")}).`,
	);
}
