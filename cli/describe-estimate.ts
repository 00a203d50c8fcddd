import { ROW_OF_ANY_LENGTH } from "../src/core/capacity.js";
import type { SeqpackError } from "../src/core/errors.js";
import {
	bytesText,
	counted,
	durationText,
	grouped,
	percent,
} from "../src/core/number-texts.js";
import { escapeControls } from "../src/core/text.js";
import type { BuildCounts } from "../src/report/build-counts.js";
import type { BuildEstimate } from "../src/report/estimate-build.js";
import type { Estimate } from "../src/report/estimates.js";
import { asFlag, flagName } from "./fail.js";

type Line = [name: string, text: string];

/** What a build would do and about what would come of it, as lines for a person. */
export function describeEstimate(estimate: BuildEstimate): string {
	const { stops, counts, notices, sample } = estimate;
	const lines: Line[] = [
		["output", outputText(estimate)],
		["inputs", inputsText(estimate)],
		["tasks", tasksText(estimate)],
		["sample", sampleText(sample)],
		...(stops === null
			? []
			: [["stops", stops.sentence(asFlag)] satisfies Line]),
		...(counts === null ? [] : countLines(counts)),
		...notices.map((notice): Line => ["note", notice]),
	];
	return `${[
		"Nothing is written. The build would do this:",
		...lines.map(([name, text]) => `  ${name.padEnd(11)}${text}`),
	].join("\n")}\n`;
}

function outputText({ out, output, tasks }: BuildEstimate): string {
	const all = Object.values(tasks).reduce((sum, n) => sum + n, 0);
	return {
		new: `${out}, a new dataset`,
		unfinished: `${out}, where ${output.tasksDone} of ${counted(all, "task")} of this build are done`,
		built: `${out}, which is built already: nothing would be done`,
		grow: `${out}, a store that is there, to which it would add`,
		replace: `${out}, in place of what is there`,
		"in-use": `the build would stop: ${output.fault?.sentence(asFlag)}`,
	}[output.state];
}

function inputsText({ inputs: { files, bytes, kinds } }: BuildEstimate) {
	const each = kinds.map(({ format, compression, files }) => {
		const name = compression === null ? format : `${format}, ${compression}`;
		return kinds.length === 1 ? name : `${grouped(files)} ${name}`;
	});
	if (files === 0) return "none";
	return `${counted(files, "file")}, ${bytesText(bytes)} (${each.join("; ")})`;
}

function tasksText({ tasks, workers }: BuildEstimate): string {
	const kinds = Object.entries(tasks).filter(([, count]) => count > 0);
	const all = kinds.map(([kind, count]) => `${grouped(count)} ${kind}`);
	if (all.length === 0) return "none";
	return `${all.join(", ")}; ${counted(workers, "worker")}`;
}

function sampleText({
	isWhole,
	places,
	bytes,
	ofBytes,
	seconds,
}: BuildEstimate["sample"]): string {
	const time = durationText(seconds);
	return isWhole
		? `all of the input, read in ${time}: the counts are exact`
		: `${percent(bytes / ofBytes)} of the input, from ${counted(places, "place")}, read in ${time}: the counts are estimates`;
}

function countLines(counts: BuildCounts): Line[] {
	const { sources, tokensPerByte } = counts;
	return [
		[
			"documents",
			`${numberText(counts.documents)} (${bytesText(counts.textBytes.value)} of text)`,
		],
		...reasonLines("left out", counts.leftOutRecords),
		...reasonLines("unusable", counts.skippedRecords),
		[
			"tokens",
			`${numberText(counts.tokens)}${tokensPerByte === 0 ? "" : `, ${(1 / tokensPerByte).toFixed(2)} bytes each`}`,
		],
		...lengthLines(counts),
		...droppedLines(counts),
		...(sources.length > 1 ? sources : []).map(
			({ name, documents, tokens }): Line => [
				`  ${name}`,
				`${numberText(documents, "document")}, ${numberText(tokens, "token")}`,
			],
		),
		...packLines(counts),
		[
			"shards",
			`${numberText(counts.shards, "file")}, ${aboutText(counts.shardBytes)}${bytesText(counts.shardBytes.value)}`,
		],
		[
			"memory",
			`about ${bytesText(counts.windowBytes)} in each worker for the tokens that are packed together`,
		],
		["time", `about ${durationText(counts.seconds)}`],
	];
}

/** Rows of some lengths, and how full they would be; nothing of rows as long as their documents. */
function packLines({ buckets, fill, padding }: BuildCounts): Line[] {
	if (buckets.every(({ length }) => length === ROW_OF_ANY_LENGTH)) return [];
	const filled = buckets.filter(({ rows }) => rows.value > 0);
	return [
		...filled.map(({ split, stratum, length, rows, sequences }): Line => {
			const of = ` of ${grouped(length)}`;
			const name = filled.length === 1 ? "packs" : "  rows";
			const which = split === filled[0].split ? "" : ` to hold out (${split})`;
			return [
				name,
				`${numberText(rows, "row", of)}, ${numberText(sequences, "sequence")}${ofStratum(stratum)}${which}`,
			];
		}),
		["fill", `${percent(fill)} (${numberText(padding, "token")} of padding)`],
	];
}

function ofStratum(name: string | null | undefined): string {
	if (name === undefined) return "";
	return name === null
		? " of no stratum"
		: ` of stratum ${escapeControls(name)}`;
}

function reasonLines(name: string, counts: Record<string, Estimate>): Line[] {
	const each = Object.entries(counts).map(
		([reason, count]) =>
			`${numberText(count, "record")} by ${flagName(reason)}`,
	);
	return each.length === 0 ? [] : [[name, each.join(", ")]];
}

function lengthLines({ lengths }: BuildCounts): Line[] {
	if (lengths === null) return [];
	const { mean, median, p90, p99, longest } = lengths;
	return [
		[
			"lengths",
			`${counted(Math.round(mean), "token")} on average; half have up to ${grouped(median)}, 90 % up to ${grouped(p90)}, 99 % up to ${grouped(p99)}; the longest seen has ${grouped(longest)}`,
		],
	];
}

function droppedLines({ dropped }: BuildCounts): Line[] {
	return Object.entries(dropped).map(([reason, { documents, tokens }]) => [
		"dropped",
		`${numberText(tokens, "token")} of ${numberText(documents, "document")}: ${reason}`,
	]);
}

/** "1,234 rows" where it is exact, "about 1,230,000 rows (± 2 %)" where it is not. */
function numberText(count: Estimate, one?: string, of = ""): string {
	const { value, error } = count;
	const shown =
		error === 0 || value < 1000
			? Math.round(value)
			: Number(value.toPrecision(3));
	const text = one === undefined ? grouped(shown) : counted(shown, one);
	const range =
		error === null || error === 0 || value === 0
			? ""
			: ` (± ${Number(((100 * error) / value).toPrecision(2))} %)`;
	return `${aboutText(count)}${text}${of}${range}`;
}

function aboutText({ error }: Estimate): string {
	return error === 0 ? "" : "about ";
}

/** What `--json` prints of it; its fields only grow within a version. */
export function estimateSummary({ stops, output, ...estimate }: BuildEstimate) {
	const told = (error: SeqpackError | null) =>
		error && { code: error.code, message: error.sentence(asFlag) };
	return {
		version: 2,
		command: "build",
		status: "estimated",
		...estimate,
		output: { ...output, fault: told(output.fault) },
		stops: told(stops),
	};
}
