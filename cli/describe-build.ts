import {
	bytesText,
	counted,
	durationText,
	grouped,
	percent,
} from "../src/core/number-texts.js";
import { escapeControls, shellWord } from "../src/core/text.js";
import { layouts } from "../src/dataset/layouts/layouts.js";
import type { Manifest } from "../src/dataset/manifest.js";
import { notedCounts } from "../src/dataset/noted.js";
import { PLACE } from "../src/dataset/trainers/load-dataset.js";
import { trainers } from "../src/dataset/trainers/trainers.js";
import { stratumText } from "../src/documents/strata/strata-settings.js";
import type { BuildResult } from "../src/engines/build.js";
import { flagName } from "./fail.js";
import {
	fitLines,
	type Line,
	type Listed,
	type Part,
	someOf,
} from "./fit-lines.js";
import { truncate } from "./width.js";

/** What a build came to, as lines for a person. */
export function describeBuild(result: BuildResult): string {
	const { status, out, manifest, seconds } = result;
	const did = manifest.history === undefined ? "Built" : "Added to";
	const head =
		status === "built"
			? `${did} ${out} in ${durationText(seconds)}`
			: `${out} is built already; nothing was done`;
	const parts = [
		...(status === "built" ? addedLines(manifest) : []),
		...inputLines(manifest),
		...(layouts.find(manifest.settings.layout).packs
			? [
					...rowLines(manifest),
					["padding", padding(manifest)] satisfies Line,
					...orderLines(manifest),
				]
			: sourceLines(manifest)),
		...storeLines(manifest),
		...injectedLines(manifest),
		["shards", shards(manifest, out)] satisfies Line,
	];
	const lines = fitLines(
		head,
		parts,
		trainerLines(manifest, out),
		`seqpack inspect ${shellWord(out)} shows all of it`,
	);
	return `${lines.join("\n")}\n`;
}

/** How the trainer loads the rows that they are for; and the same in short. */
function trainerLines(manifest: Manifest, out: string): string[][] {
	const { trainer } = manifest.settings;
	if (trainer === undefined) return [[]];
	const { title, load, traps } = trainers.find(trainer);
	return [
		[
			`To load it with ${title} (this is also in its README.md):`,
			...load(manifest).lines.map((line) => `    ${line.replace(PLACE, out)}`),
			...traps.map((trap) => `  - ${trap}`),
		],
		[`its README.md says how to load it with ${title}`],
	];
}

function injectedLines({ injected }: Manifest): Line[] {
	if (injected === undefined) return [];
	const { rows, path } = injected;
	return [["injected", `${counted(rows, "span")}; listed in ${path}`]];
}

/** What was added to a store the last time. */
function addedLines({ history = [], inputs, lengths = [] }: Manifest): Line[] {
	const before = history.at(-1);
	if (before === undefined) return [];
	const added = lengths.filter(({ task }) => task >= before.tasks);
	const tokens = sumOf(added, "textTokens") + sumOf(added, "specialTokens");
	return [
		[
			"added",
			`${counted(sumOf(added, "documents"), "document")}, ${counted(tokens, "token")}, of ${counted(inputs.length - before.inputs, "file")}; of all together there are:`,
		],
	];
}

function inputLines(manifest: Manifest): Part[] {
	const { totals, skipped } = manifest;
	const { textTokens, specialTokens, documents, textBytes } = totals;
	const dropped = Object.entries(totals.dropped);
	const droppedTokens = dropped.reduce(
		(sum, [, { tokens }]) => sum + tokens,
		0,
	);
	const reasons = someOf(
		dropped.map(([reason, { documents, tokens }]) => ({
			text: `${counted(documents, "document")} ${reason}`,
			size: tokens,
		})),
	);
	const skippedRecords = someOf(
		Object.entries(totals.skippedRecords).map(([reason, size]) => ({
			text: `${counted(size, "record")} ${reason}`,
			size,
		})),
	);
	const leftOut = someOf(
		Object.entries(totals.leftOutRecords).map(([reason, size]) => ({
			text: `${counted(size, "record")} by ${flagName(reason)}`,
			size,
		})),
	);
	return [
		["documents", `${grouped(documents)} (${bytesText(textBytes)} of text)`],
		...(leftOut === "" ? [] : [["left out", leftOut] satisfies Line]),
		...(skipped === null
			? []
			: [
					[
						"skipped",
						`${skippedRecords}; listed in ${skipped.path}`,
					] satisfies Line,
				]),
		[
			"tokens",
			`${grouped(textTokens + specialTokens)} (${grouped(specialTokens)} of them BOS and EOS)`,
		],
		...specialLines(manifest),
		...labelLines(manifest),
		...unitLines(manifest),
		...strataLines(manifest),
		[
			"dropped",
			`${counted(droppedTokens, "token")}${reasons === "" ? "" : ` (${reasons})`}`,
		],
	];
}

/** Special tokens that stand in texts. */
function specialLines({ totals: { specialsInText = {} } }: Manifest): Listed[] {
	const met = Object.entries(specialsInText).sort(
		([, a], [, b]) => b.documents - a.documents,
	);
	return listed(
		"in texts",
		"special tokens",
		"times",
		met,
		([token, { documents, tokens }]) => ({
			line: [
				"",
				`${escapeControls(token)} stands in the text of ${counted(documents, "document")}, ${counted(tokens, "time")}`,
			],
			size: tokens,
		}),
	);
}

/** What is to be trained on, where that is not all. */
function labelLines({ settings, summary, totals }: Manifest): Line[] {
	if (!settings.isMasked) return [];
	const { answers, pairs = 0, ...noted } = totals.noted;
	const ofPairs = pairs === 0 ? "" : ` of ${counted(pairs, "pair")}`;
	const inAnswers =
		answers === undefined ? "" : `, in ${counted(answers, "answer")}${ofPairs}`;
	const warnings = Object.entries(noted)
		.filter(([name, count]) => count > 0 && !notedCounts[name].isOfUnits)
		.map(([name, count]) => `${grouped(count)} ${notedCounts[name].meaning}`);
	return [
		[
			"labels",
			`${counted(summary.labels, "token")} (${percent(summary.labels / Math.max(1, summary.trees?.unrolledTokens ?? summary.tokens))})${inAnswers}${warnings.map((text) => `; ${text}`).join("")}`,
		],
	];
}

/** What is worth knowing of units of text. */
function unitLines({ totals }: Manifest): Line[] {
	return Object.entries(totals.noted)
		.filter(([name, count]) => count > 0 && notedCounts[name].isOfUnits)
		.map(([name, count], i) => [
			i === 0 ? "units" : "",
			`${notedCounts[name].meaning}: ${grouped(count)}`,
		]);
}

/** How many documents each stratum has, and lacks. */
function strataLines({ totals: { strata = {} } }: Manifest): Listed[] {
	return listed(
		"strata",
		"strata",
		"documents",
		Object.entries(strata),
		([name, { documents, missing = 0 }]) => ({
			line: [
				"",
				`${nameText(name)}: ${counted(documents, "document")}${missing > 0 ? `, ${grouped(missing)} too few` : ""}`,
			],
			size: documents,
		}),
	);
}

function rowLines(manifest: Manifest): Part[] {
	const { totals, summary, settings } = manifest;
	const { cutDocuments, documents } = totals;
	const lines: Part[] = [];
	const buckets = summary.buckets.filter(({ split }) => split === "train");
	const held = summary.buckets.filter(({ split }) => split !== "train");
	if (buckets.length === 1)
		lines.push([
			"packs",
			`${counted(buckets[0].rows, "row")} of ${grouped(buckets[0].length)}, ${buckets[0].sequencesPerRow.toFixed(2)} ${summary.trees === undefined ? "sequences" : "nodes"} each`,
		]);
	else
		lines.push(
			...listed(
				undefined,
				"buckets",
				"tokens",
				buckets,
				({ length, stratum, sequences, tokens, share }) => ({
					line: [
						`  ${grouped(length)}`,
						`${counted(sequences, "sequence")}, ${counted(tokens, "token")} (${percent(share)})${stratum === undefined ? "" : ` of ${nameText(stratumText(settings.strata, stratum))}`}`,
					],
					size: tokens,
				}),
			),
		);
	lines.push(...treeLines(manifest), ...sourceLines(manifest));
	const splits = [...new Set(held.map(({ split }) => split))];
	lines.push(
		...listed("held out", "splits", "tokens held out", splits, (split) => {
			const own = held.filter((bucket) => bucket.split === split);
			const size = sumOf(own, "tokens");
			const rows = counted(sumOf(own, "rows"), "row");
			return {
				line: [
					"",
					`${counted(size, "token")} in ${rows} of the split ${nameText(split)}`,
				],
				size,
			};
		}),
	);
	lines.push([
		"fill",
		`${percent(summary.fill)} (${counted(summary.rows, "row")}; no packing needs fewer than ${grouped(summary.lowerBoundRows)})`,
	]);
	if (buckets.length > 1)
		lines.push(
			[
				"lengths",
				`${summary.averageLength.toFixed(1)} tokens a sequence; a token has ${summary.averageContext.toFixed(1)} before it`,
			],
			[
				"attention",
				`${percent(summary.attention)} of what it costs to concatenate and chunk at ${grouped(settings.buckets[settings.buckets.length - 1].length)}`,
			],
		);
	if (cutDocuments > 0)
		lines.push([
			"cut",
			`${counted(cutDocuments, "document")} of ${grouped(documents)} ${cutDocuments === 1 ? "is" : "are"} not whole in one row`,
		]);
	return lines;
}

/** What holding prefixes once comes to. */
function treeLines({ summary: { trees, tokens } }: Manifest): Line[] {
	if (trees === undefined) return [];
	const { documents, unrolledTokens, savedShare, repeatedTokens } = trees;
	return [
		[
			"trees",
			`${counted(trees.trees, "tree")} of ${counted(documents, "sequence")}: ${grouped(unrolledTokens)} tokens are held in ${grouped(tokens)} (${percent(savedShare)} saved)`,
		],
		...(repeatedTokens === 0
			? []
			: [
					[
						"",
						`${grouped(repeatedTokens)} of these are held again, for trees that are larger than a row`,
					] satisfies Line,
				]),
	];
}

function sourceLines({ sources, summary }: Manifest): Listed[] {
	return listed(
		undefined,
		"sources",
		"tokens",
		sources.length > 1 ? sources : [],
		({ name, documents, tokens, rows }) => ({
			line: [
				`  ${nameText(name ?? "")}`,
				`${counted(documents, "document")}, ${counted(tokens, "token")} (${percent(tokens / summary.tokens)}) in ${counted(rows, "row")}`,
			],
			size: tokens,
		}),
	);
}

/** A list with an entry for each of some things; none for none. */
function listed<T>(
	name: string | undefined,
	what: string,
	measure: string,
	things: readonly T[],
	entry: (thing: T) => Listed["entries"][number],
): Listed[] {
	if (things.length === 0) return [];
	return [
		{
			...(name !== undefined && { name }),
			what,
			measure,
			entries: things.map(entry),
		},
	];
}

/** A name that somebody gave, cut where it is long. */
const nameText = (name: string) => truncate(escapeControls(name), LONGEST_NAME);
const LONGEST_NAME = 40;

/** Where the tokens of an index are. */
function storeLines({ store }: Manifest): Line[] {
	return store === undefined
		? []
		: [["tokens in", `${store.path}, which has to stay: this is an index`]];
}

function sumOf<K extends string>(
	list: readonly Record<K, number>[],
	key: K,
): number {
	return list.reduce((sum, each) => sum + each[key], 0);
}

function orderLines({ summary }: Manifest): Line[] {
	const { rows, rowsAtOnce, imbalance, randomnessKept } = summary;
	const lines: Line[] = [];
	if (rowsAtOnce !== null && rows > rowsAtOnce)
		lines.push([
			"windows",
			`best-fit-decreasing over everything at once would make ${counted(rowsAtOnce, "row")}: ${percent(1 - rowsAtOnce / rows)} fewer`,
		]);
	if (imbalance !== null)
		lines.push([
			"balance",
			`the costliest row of a step is ${imbalance.toFixed(4)} times the mean; ${percent(randomnessKept ?? 1)} of a shuffle's randomness kept`,
		]);
	return lines;
}

function padding({ summary }: Manifest): string {
	const share = summary.padding / Math.max(1, summary.paddedTokens);
	const aligned =
		summary.alignmentTokens > 0
			? `, ${grouped(summary.alignmentTokens)} of them between documents`
			: "";
	return `${percent(share)} (${counted(summary.padding, "token")}${aligned})`;
}

function shards({ shards, settings }: Manifest, out: string): string {
	const bytes = shards.reduce((sum, shard) => sum + shard.bytes, 0);
	return `${counted(shards.length, `${settings.format} file`)}, ${bytesText(bytes)}, in ${out}/data`;
}
