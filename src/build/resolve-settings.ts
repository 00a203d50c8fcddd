import { optionName, UsageError } from "../core/errors.js";
import type { OptionTable } from "../core/option.js";
import { quoted } from "../core/text.js";
import { compressionOf, datasetFormats } from "../dataset/formats.js";
import { layouts } from "../dataset/layouts/layouts.js";
import { NO_STRATUM, type RowGroup } from "../dataset/row-groups.js";
import {
	type Chosen,
	hasMask,
	hasTurns,
	type Settings,
	type SourceSettings,
} from "../dataset/settings.js";
import {
	splitDirectory,
	splitNames,
	TRAIN,
	VALIDATION,
} from "../dataset/splits.js";
import { trainers } from "../dataset/trainers/trainers.js";
import { type CutName, type CutOptions, cuts } from "../decompose/cuts.js";
import { bucketsOf } from "../decompose/decompose-documents.js";
import { longConversations } from "../decompose/long-conversations.js";
import { segmentValues } from "../decompose/segment-values.js";
import type { Chat } from "../documents/chat.js";
import type { readingTable, tokensTable } from "../documents/options.js";
import { specialTokens } from "../documents/special-tokens.js";
import { usualWayWithSpecials } from "../documents/specials-in-text.js";
import {
	requireStrata,
	splitsByLength,
	strataSettings,
} from "../documents/strata/strata-settings.js";
import { documentTaker } from "../documents/take-documents.js";
import { takeSettings } from "../documents/take-settings.js";
import { usualUnits } from "../documents/units/unit-settings.js";
import { areGivenWeights } from "../masks/loss-weights.js";
import { columnOptions } from "../masks/resolve-columns.js";
import { type BuildValues, usualWindow } from "../options/build.js";
import type { SourceValues } from "../options/sources.js";
import { rowOrders } from "../pack/orders.js";
import { checkSequences } from "../pack/pack-documents.js";
import { packers } from "../pack/packers.js";
import { usualTaskSize } from "../sources/divide.js";
import { readOptionsOf } from "../sources/formats.js";
import { canonicalJson, sha256 } from "../storage/hash.js";
import { parseStrata } from "../strata/parse-strata.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { shardSizes } from "./shard-sizes.js";

/** The order of rows that are documents. */
const AS_THEY_COME: Chosen = { name: "as-they-come" };

/** The options of rows, of a build or of packing a store. */
export type RowValues = Omit<
	BuildValues,
	keyof typeof readingTable | keyof typeof tokensTable | "inputs" | "sources"
>;

/** The settings that they come to. */
export type RowSettings = Pick<
	Settings,
	| "layout"
	| "cut"
	| "cutTurns"
	| "packer"
	| "padDocumentToMultiple"
	| "padToMultiple"
	| "order"
	| "buckets"
	| "columns"
	| "columnOptions"
	| "trainer"
	| "shift"
	| "lossWeight"
	| "mask"
	| "window"
	| "seed"
>;

/**
 * Checks what options say together, before anything is read.
 * @throws UsageError `bad-option`, `ignored-option`
 */
export function checkSettings(
	values: BuildValues,
	sources: readonly SourceSettings[],
): void {
	for (const source of sources) documentTaker(source);
	checkStrata(values, sources);
	carriedBy(sources);
	if (
		sources.some(({ limit }) => limit !== null) &&
		(values.validation ?? 0) >= 1
	)
		throw new UsageError(
			"bad-option",
			`${optionName("validation")} is ${values.validation} documents, which are chosen among all, and ${optionName("limit")} takes the first ones: give a share to hold out.`,
		);
	if (areGivenWeights(values.lossWeight ?? null) && !sources.some(hasMask))
		throw new UsageError(
			"missing-option",
			`${optionName("lossWeight")} is ${values.lossWeight}, and no field gives weights: name it in ${optionName("lossFrom")}.`,
		);
	checkRows(values, sources);
	checkSegments(values, sources);
	compressionOf(values);
}

/** @throws UsageError `bad-option`, `ignored-option` */
function checkStrata(
	values: BuildValues,
	sources: readonly SourceSettings[],
): void {
	const strata = strataSettings(values, splitNames);
	if (strata === null) return;
	for (const source of sources) requireStrata(strata, source);
	const { perStratum, splitStrata } = strata;
	const apart = (name: string, value: unknown, other: string, why: string) =>
		new UsageError(
			"bad-option",
			`${optionName(name, value)} cannot be had with ${optionName(other)}: ${why}.`,
		);
	if (perStratum !== undefined && (values.validation ?? 0) >= 1)
		throw apart(
			"validation",
			values.validation,
			"perStratum",
			"that many are chosen among all documents, and not all are taken; give a share",
		);
	if (perStratum !== undefined && sources.some(({ limit }) => limit !== null))
		throw apart(
			"perStratum",
			perStratum,
			"limit",
			"it chooses among all documents, and the limit takes the first ones; leave out one of them",
		);
	if (splitStrata !== undefined && values.keepSplits)
		throw apart(
			"keepSplits",
			true,
			"splitStrata",
			"either names of files tell splits, or lengths do; leave out one of them",
		);
}

/**
 * Checks that documents with units are cut between them.
 * @throws UsageError `bad-option`, `ignored-option`
 */
function checkSegments(
	values: BuildValues,
	sources: readonly SourceSettings[],
): void {
	const { packs, plan } = layouts.find(values.layout);
	if (!packs) return;
	const { cut } = plan(values);
	for (const source of sources) {
		if (source.segment === undefined) continue;
		const name = hasTurns(source)
			? longConversations.find(values.longConversations).cut
			: (cut.name as CutName);
		if (!cuts.find(name).mayShareRows)
			throw new UsageError(
				"ignored-option",
				`${optionName("segment")} would change nothing: documents are cut by ${name}. Leave out one of them.`,
			);
	}
	const { carrySuffix = 0, minSequence = 1, keepSystem } = values;
	const { cut: ofTurns } = longConversations.find(values.longConversations);
	if (keepSystem && sources.some(hasTurns) && cuts.find(ofTurns).mayShareRows)
		throw new UsageError(
			"ignored-option",
			`${optionName("keepSystem")} would change nothing: conversations are cut into segments, which do not begin with it. Leave it out.`,
		);
	if (carrySuffix === 0) return;
	if (sources.some(hasTurns))
		throw new UsageError(
			"bad-option",
			`${optionName("carrySuffix")} is for texts, and conversations are not: leave it out; ${optionName("keepSystem")} repeats what they begin with.`,
		);
	if (minSequence > 1)
		throw new UsageError(
			"bad-option",
			`${optionName("minSequence")} is ${minSequence}, and segments of any length end with ${optionName("carrySuffix", carrySuffix)}: leave out one of them.`,
		);
}

/**
 * Checks what the options of rows say together.
 * @throws UsageError `bad-option`
 */
export function checkRows(
	values: RowValues,
	sources: readonly SourceSettings[],
): void {
	cutOfTurns(values, sources);
	columnsTold(values);
	if (values.strataApart && values.strata === undefined)
		throw new UsageError(
			"missing-option",
			`${optionName("strataApart", true)} keeps strata apart, and there are none: give ${optionName("strata")} where texts are read, or leave it out.`,
		);
	if (values.shift && datasetFormats.find(values.format).randomAccess)
		throw new UsageError(
			"bad-option",
			`${optionName("shift")} is for trainers that read the shards, and seqpack reads those of the format ${values.format}: give ${optionName("format", datasetFormats.where(({ randomAccess }) => !randomAccess)[0])}, or leave it out.`,
		);
	const { buckets, cut } = layouts
		.find(values.layout)
		.plan(withUsualUnits(values, sources));
	bucketsOf(cut as CutOptions);
	if (
		cuts.find(cut.name as CutName).mayShareRows &&
		!sources.some((source) => source.segment !== undefined || hasTurns(source))
	)
		throw new UsageError(
			"missing-option",
			`documents have no units, between which they could be cut: give ${optionName("segment")} with the kind of them where texts are read.`,
		);
	const { padDocumentToMultiple, maxSequence, minSequence, padToMultiple } =
		values;
	checkSequences(values);
	const shortest = buckets[0].capacity;
	for (const [name, value] of [
		["maxSequence", maxSequence],
		["padDocumentToMultiple", padDocumentToMultiple],
		["minSequence", minSequence],
		["padToMultiple", padToMultiple],
	] as const)
		if (value !== undefined && value > shortest)
			throw new UsageError(
				"bad-option",
				`${optionName(name)} is ${value}, more than the ${shortest} tokens of a row: give at most that.`,
			);
	for (const { capacity } of buckets)
		if (capacity % (padDocumentToMultiple ?? 1) !== 0)
			throw new UsageError(
				"bad-option",
				`${optionName("padDocumentToMultiple")} is ${padDocumentToMultiple}, which does not divide a row of ${capacity} tokens.`,
			);
}

/**
 * The settings that the options come to for this tokenizer and this much input.
 * @throws UsageError as `specialTokens` does, and where the format cannot carry the rows
 */
export function resolveSettings(
	values: BuildValues,
	tokenizer: Tokenizer,
	inputBytes: number,
	sources: readonly SourceSettings[],
	chat: Chat | null,
	splitsOfFiles: ReadonlySet<string>,
): Settings {
	const format = datasetFormats.find(values.format);
	const { validation = null } = values;
	const strata = strataSettings(values, splitNames);
	const byLength = new Set(
		splitsByLength(strata ?? undefined).map(({ name }) => name),
	);
	const splits = splitNames.filter(
		(split) =>
			split === TRAIN ||
			splitsOfFiles.has(split) ||
			byLength.has(split) ||
			(split === VALIDATION && validation !== null),
	);
	const settings: Settings = {
		sources: [...sources],
		chat:
			chat === null
				? null
				: {
						templates: sha256(canonicalJson(chat.templates)),
						template: chat.asked,
						date: chat.date,
						values: chat.values,
					},
		...specialTokens(values, tokenizer, chat !== null),
		...(values.specialTokensInText !== usualWayWithSpecials && {
			specialTokensInText: values.specialTokensInText,
		}),
		isMasked:
			chat !== null || sources.some(hasMask) || (values.carrySuffix ?? 0) > 0,
		keepSystem: values.keepSystem ?? false,
		dedupe: values.dedupe === "exact",
		...carriedBy(sources),
		validation,
		...(strata !== null && { strata }),
		...rowSettings(values, sources, splits),
		format: values.format,
		compression: compressionOf(values),
		taskSize: values.taskSize ?? usualTaskSize(inputBytes),
	};
	requireTrainer(settings);
	const fault = format.fault(settings, tokenizer.vocabSize);
	if (fault !== null)
		throw new UsageError(
			"bad-option",
			`${optionName("format")} is ${values.format}, which cannot carry this dataset: ${fault}.`,
		);
	return settings;
}

/**
 * The columns that documents of all sources are carried with.
 * @throws UsageError `bad-option` where one source has others than another
 */
function carriedBy(
	sources: readonly SourceSettings[],
): Pick<Settings, "carry"> {
	const namesOf = ({ carry = [] }: SourceSettings) =>
		carry.map(({ name }) => name);
	const names = [...new Set(sources.flatMap(namesOf))];
	for (const source of sources)
		for (const name of names)
			if (!namesOf(source).includes(name))
				throw new UsageError(
					"bad-option",
					`the source ${quoted(source.name)} has nothing to carry for the column ${name}, which others have: give it ${optionName("carry", `${name}=0`)}, with the value that its documents are to have.`,
				);
	return names.length === 0 ? {} : { carry: names };
}

/** @throws UsageError `bad-option` where the trainer that rows are for cannot be given them */
function requireTrainer(settings: Settings): void {
	const { trainer } = settings;
	const fault =
		trainer === undefined ? null : trainers.find(trainer).fault(settings);
	if (fault !== null)
		throw new UsageError(
			"bad-option",
			`${optionName("for")} is ${trainer}, which cannot be given these rows: ${fault}.`,
		);
}

/** How documents become rows: what options say of it that are neither of the input nor of files. */
export function rowSettings(
	values: RowValues,
	sources: readonly SourceSettings[],
	splits: readonly string[],
): RowSettings {
	const layout = layouts.find(values.layout);
	const { cut, buckets } = layout.plan(withUsualUnits(values, sources));
	return {
		layout: values.layout,
		cut: { ...cut, minSequence: values.minSequence ?? 1 },
		cutTurns: cutOfTurns(values, sources),
		packer: chosen(
			values.packer ?? layout.packer(values, values),
			packers,
			values,
		),
		padDocumentToMultiple: values.padDocumentToMultiple ?? 1,
		padToMultiple: values.padToMultiple ?? null,
		order: layout.packs
			? chosen(values.order, rowOrders, values)
			: AS_THEY_COME,
		buckets: splits
			.flatMap((split) => groupsOfSplit(split, values))
			.flatMap((group) =>
				buckets.map((bucket) => ({
					...bucket,
					...shardSizes(bucket.capacity, values.shardTokens),
					...group,
					directory: splitDirectory(bucket.directory, group.split),
				})),
			),
		columns: [...new Set(values.columns)],
		...columnsTold(values),
		...(values.for !== undefined && { trainer: values.for }),
		...(values.shift && { shift: true }),
		lossWeight: values.lossWeight ?? null,
		mask: values.mask ?? { kind: "causal" },
		window: values.window ?? usualWindow(buckets[buckets.length - 1].capacity),
		seed: values.seed ?? 0,
	};
}

/** The rows of a split that are kept apart. */
function groupsOfSplit(
	split: string,
	{ strataApart = false, strata, perStratum }: RowValues,
): RowGroup[] {
	if (!strataApart || strata === undefined) return [{ split }];
	const places = [...parseStrata(strata).keys()];
	// Else what is in none is not taken.
	if (perStratum === undefined) places.push(NO_STRATUM);
	return places.map((stratum) => ({ split, stratum }));
}

/** What columns are told; nothing where none needs to be. */
function columnsTold(values: RowValues): Pick<RowSettings, "columnOptions"> {
	const told = columnOptions(values.columns ?? [], values);
	return Object.keys(told).length === 0 ? {} : { columnOptions: told };
}

/** The options with the units that a segment has where nothing is said. */
function withUsualUnits(
	values: RowValues,
	sources: readonly SourceSettings[],
): RowValues {
	const { segmentUnits = usualUnitsOf(sources) } = values;
	return segmentUnits === undefined ? values : { ...values, segmentUnits };
}

function usualUnitsOf(sources: readonly SourceSettings[]): number | undefined {
	for (const { segment } of sources) {
		const usual = segment && usualUnits(segment);
		if (usual !== undefined) return usual;
	}
	return undefined;
}

/**
 * How conversations become sequences; null where there are none.
 * @throws UsageError `bad-option` where documents are cut anywhere
 */
function cutOfTurns(
	values: RowValues,
	sources: readonly SourceSettings[],
): Chosen | null {
	if (!sources.some(hasTurns)) return null;
	const { packs, plan } = layouts.find(values.layout);
	const { cut, buckets } = plan(values);
	if (!packs) return { ...cut, minSequence: 1 };
	const { cuts: ofPacker } = packers.find(values.packer);
	if (ofPacker !== undefined || cuts.find(cut.name as CutName).fillsRows)
		throw new UsageError(
			"bad-option",
			`${ofPacker === undefined ? optionName("decomposer", cut.name) : optionName("packer", values.packer)} cuts documents anywhere, and conversations are cut between turns only: give ${ofPacker === undefined ? optionName("decomposer", "whole") : "another packer"}.`,
		);
	const { cut: name } = longConversations.find(values.longConversations);
	return {
		name,
		maxLength: values.maxSequence ?? buckets[buckets.length - 1].capacity,
		...(cuts.find(name).mayShareRows ? segmentValues(name, values) : {}),
		minSequence: values.minSequence ?? 1,
	};
}

/** How a source is read, as the plan has it. */
export function sourceSettings(
	values: SourceValues & { composed?: string | null },
): SourceSettings {
	return {
		name: values.name || null,
		inputFormat: values.inputFormat,
		inputOptions: readOptionsOf(values),
		...takeSettings(values),
		limit: values.limit ?? null,
		repeat: values.repeat,
		...(values.composed && { composed: values.composed }),
	};
}

/** An entry of a registry, with those of its own options that have a value. */
function chosen(
	name: string,
	entries: { find(name: string): { options: OptionTable } },
	values: Readonly<Record<string, unknown>>,
): Chosen {
	const own = Object.keys(entries.find(name).options)
		.filter((option) => values[option] !== undefined)
		.map((option) => [option, values[option]]);
	return { name, ...Object.fromEntries(own) };
}
