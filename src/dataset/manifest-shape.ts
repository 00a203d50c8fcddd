import {
	also,
	anyObject,
	count,
	digest,
	finite,
	listOf,
	nullable,
	object,
	oneOf,
	optional,
	type Shape,
	tableOf,
	text,
	wholeNumber,
} from "../core/shape.js";
import type { Manifest } from "./manifest.js";
import { plainPath, settingsShape, stratumPlace } from "./settings-shape.js";

/** Tasks are the upper half of a document's id. */
const MOST_TASKS = 2 ** 31 - 1;

const task = wholeNumber(0, MOST_TASKS);

const file = { path: plainPath, bytes: count, sha256: digest };
export const fileShape = object(file);
const listedRows = object({ ...file, rows: count });

const shardCounts = {
	rows: count,
	sequences: count,
	tokens: count,
	labels: count,
};

const shard = {
	...file,
	...shardCounts,
	task,
	number: wholeNumber(0, 2 ** 31 - 1),
	bucket: count,
	split: text,
	stratum: stratumPlace,
};
/** Of what a task's record says. */
export const shardOfTask = object(shard);

const index = { ...file, task, rows: count };
export const indexOfTask = object(index);

const tokenTotals = {
	documents: count,
	textBytes: count,
	textTokens: count,
	specialTokens: count,
};

const ofDocuments = object({ documents: count, tokens: count });
const specialsInText = optional(tableOf(ofDocuments));

const lengths = {
	...index,
	...tokenTotals,
	noted: tableOf(count),
	specialsInText,
};
export const lengthsOfTask = object(lengths);

const source = { source: nullable(text) };

const rowCounts = object({
	...shardCounts,
	context: count,
	alignmentTokens: count,
	paddedTokens: count,
});

const trees = {
	trees: count,
	documents: count,
	unrolledTokens: count,
	savedTokens: count,
	repeatedTokens: count,
};

export const totalsShape = object({
	records: count,
	skippedRecords: tableOf(count),
	leftOutRecords: tableOf(count),
	noted: tableOf(count),
	strata: optional(
		tableOf(object({ documents: count, missing: optional(count) })),
	),
	...tokenTotals,
	specialsInText,
	dropped: tableOf(ofDocuments),
	repeatedTokens: count,
	cutDocuments: count,
	buckets: tableOf(rowCounts),
	order: object({
		steps: count,
		imbalance: finite,
		bits: finite,
		bitsKept: finite,
	}),
	trees: optional(object(trees)),
});

const rowSummary = {
	...shardCounts,
	alignmentTokens: count,
	paddedTokens: count,
	fill: finite,
	padding: finite,
	sequencesPerRow: finite,
	averageLength: finite,
	averageContext: finite,
	lowerBoundRows: count,
	gap: finite,
	rowsAtOnce: nullable(count),
	windowLoss: nullable(finite),
};

const summary = object({
	...rowSummary,
	attention: finite,
	imbalance: nullable(finite),
	randomnessKept: nullable(finite),
	trees: optional(object({ ...trees, savedShare: finite })),
	buckets: listOf(
		object({
			...rowSummary,
			split: text,
			stratum: stratumPlace,
			length: count,
			share: finite,
		}),
	),
});

const shape: Shape = object({
	seqpackVersion: text,
	planHash: digest,
	convertedFrom: optional(digest),
	settings: settingsShape,
	onError: oneOf(["stop", "skip"]),
	tokenizer: object({
		fingerprint: text,
		engine: text,
		vocabSize: wholeNumber(0, 2 ** 32),
	}),
	inputs: listOf(
		object({
			source: text,
			bytes: count,
			fingerprint: text,
			of: optional(nullable(text)),
		}),
	),
	leftOutInputs: optional(listOf(anyObject)),
	tasks: object({ read: task, repack: task }),
	totals: totalsShape,
	sources: listOf(
		object({
			name: nullable(text),
			records: count,
			...tokenTotals,
			...shardCounts,
		}),
	),
	summary,
	shards: listOf(object({ ...shard, ...source })),
	index: listOf(object({ ...index, ...source })),
	lengths: optional(listOf(object({ ...lengths, ...source }))),
	history: optional(
		listOf(
			object({
				planHash: digest,
				seqpackVersion: text,
				tasks: task,
				inputs: count,
			}),
		),
	),
	store: optional(object({ path: text, planHash: digest })),
	skipped: nullable(listedRows),
	composed: optional(
		listOf(
			object({
				source: nullable(text),
				recipe: text,
				seed: count,
				read: count,
				skipped: tableOf(count),
				leftOut: tableOf(count),
				records: count,
				counts: tableOf(count),
				injected: nullable(
					object({ bytes: count, sha256: digest, rows: count }),
				),
			}),
		),
	),
	injected: optional(listedRows),
	beside: listOf(fileShape),
});

const listedFiles = optional(listOf(object({ path: text })));
const listedFile = optional(nullable(object({ path: text })));

/** What is wanted of a manifest of another version: which files are of its dataset. */
export const manifestOfAnyVersion = object({
	shards: listedFiles,
	index: listedFiles,
	lengths: listedFiles,
	skipped: listedFile,
	injected: listedFile,
	beside: listedFiles,
	inputs: listOf(anyObject),
});

/** What `Manifest` says of a file of its version. */
export const manifestShape = also<Manifest>(shape, (manifest) => {
	const { tasks, settings, sources } = manifest;
	const most = { shards: tasks.read + tasks.repack, index: tasks.read };
	for (const list of ["shards", "index", "lengths"] as const) {
		const end = list === "shards" ? most.shards : most.index;
		const beyond = manifest[list]?.findIndex(({ task }) => task >= end) ?? -1;
		if (beyond !== -1)
			return {
				place: `.${list}[${beyond}].task`,
				why: `is beyond its ${end} tasks`,
			};
	}
	if (sources.length !== settings.sources.length)
		return {
			place: ".sources",
			why: `are ${sources.length}, of ${settings.sources.length} in its settings`,
		};
	return null;
});
