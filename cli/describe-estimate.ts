import type { SeqpackError } from "../src/core/errors.js";
import type { BuildCounts } from "../src/report/build-counts.js";
import type { BuildEstimate } from "../src/report/estimate-build.js";
import type { Estimate } from "../src/report/estimates.js";
import { asFlag } from "./fail.js";
import {
	bytesText,
	counted,
	durationText,
	grouped,
	percent,
} from "./numbers.js";

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
		replace: `${out}, in place of what is there`,
		"in-use": `the build would stop: ${output.fault?.sentence(asFlag)}`,
	}[output.state];
}

function inputsText({ inputs: { files, bytes, kinds } }: BuildEstimate) {
	const each = kinds.map(({ format, compression, files }) => {
		const name = compression === null ? format : `${format}, ${compression}`;
		return kinds.length === 1 ? name : `${grouped(files)} ${name}`;
	});
	return `${counted(files, "file")}, ${bytesText(bytes)} (${each.join("; ")})`;
}

function tasksText({ tasks, workers }: BuildEstimate): string {
	const kinds = Object.entries(tasks).filter(([, count]) => count > 0);
	const all = kinds.map(([kind, count]) => `${grouped(count)} ${kind}`);
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
		: `${bytesText(bytes)} of ${bytesText(ofBytes)} of text, from ${counted(places, "place")}, read in ${time}: the counts are estimates`;
}

function countLines(counts: BuildCounts): Line[] {
	const { lengths, buckets } = counts;
	const reasons = (all: Record<string, Estimate>, word: string): Line[] => {
		const each = Object.entries(all).map(
			([reason, count]) => `${numberText(count)} ${reason}`,
		);
		return each.length === 0 ? [] : [[word, each.join(", ")]];
	};
	const dropped = Object.entries(counts.dropped).map(
		([reason, { documents, tokens }]) =>
			`${numberText(tokens)} tokens of ${numberText(documents)} documents ${reason}`,
	);
	const filled = buckets.filter(({ rows }) => rows.value > 0);
	return [
		[
			"documents",
			`${numberText(counts.documents)} (${bytesText(counts.textBytes.value)} of text)`,
		],
		...reasons(counts.leftOutRecords, "left out"),
		...reasons(counts.skippedRecords, "unusable"),
		[
			"tokens",
			`${numberText(counts.tokens)}, ${(1 / counts.tokensPerByte || 0).toFixed(2)} bytes each`,
		],
		...(lengths === null
			? []
			: [
					[
						"lengths",
						`${lengths.mean.toFixed(0)} tokens on average; half up to ${grouped(lengths.median)}, 90 % up to ${grouped(lengths.p90)}, 99 % up to ${grouped(lengths.p99)}; the longest seen ${grouped(lengths.longest)}`,
					] satisfies Line,
				]),
		...(dropped.length === 0
			? []
			: [["dropped", dropped.join(", ")] satisfies Line]),
		...(counts.sources.length === 1
			? []
			: counts.sources.map(
					({ name, documents, tokens }): Line => [
						`  ${name}`,
						`${numberText(documents)} documents, ${numberText(tokens)} tokens`,
					],
				)),
		...filled.map(
			({ split, length, rows, sequences, tokens }): Line => [
				filled.length === 1 ? "packs" : `  ${grouped(length)}`,
				`${numberText(rows)} rows of ${grouped(length)}, ${numberText(sequences)} sequences, ${numberText(tokens)} tokens${split === filled[0].split ? "" : ` (${split})`}`,
			],
		),
		["fill", percent(counts.fill)],
		[
			"shards",
			`${numberText(counts.shards)} ${counts.shards.value === 1 ? "file" : "files"}, ${aboutText(counts.shardBytes)}${bytesText(counts.shardBytes.value)}`,
		],
		[
			"memory",
			`about ${bytesText(counts.windowBytes)} in each worker for the tokens that are packed together`,
		],
		["time", `about ${durationText(counts.seconds)}`],
	];
}

/** "1,234" where it is exact, "about 1,230,000 (± 2 %)" where it is not. */
function numberText(count: Estimate): string {
	const { value, error } = count;
	if (error === 0) return grouped(Math.round(value));
	const range =
		error === null || value === 0
			? ""
			: ` (± ${((100 * error) / value).toPrecision(2)} %)`;
	return `${aboutText(count)}${grouped(Number(value.toPrecision(3)))}${range}`;
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
