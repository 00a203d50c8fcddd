import type { BuildResult } from "../src/build/build.js";
import {
	bytesText,
	counted,
	durationText,
	grouped,
	percent,
} from "./numbers.js";

/** What a build came to, as lines for a person. */
export function describe(result: BuildResult): string {
	const { status, out, manifest, seconds } = result;
	const { totals, summary, settings, shards } = manifest;
	const bytes = shards.reduce((sum, shard) => sum + shard.bytes, 0);
	const { textTokens, specialTokens } = totals;
	const read = textTokens + specialTokens;
	const droppedTokens = Object.values(totals.dropped).reduce(
		(sum, { tokens }) => sum + tokens,
		0,
	);
	const reasons = Object.entries(totals.dropped).map(
		([reason, { documents }]) => `${counted(documents, "document")} ${reason}`,
	);
	const skipped = Object.entries(totals.skippedRecords);
	const rows: [string, string][] = [
		[
			"documents",
			`${grouped(totals.documents)} (${bytesText(totals.textBytes)} of text)`,
		],
		[
			"tokens",
			`${grouped(read)} (${grouped(specialTokens)} of them BOS and EOS)`,
		],
		[
			"dropped",
			`${grouped(droppedTokens)} tokens${reasons.length > 0 ? ` (${reasons.join(", ")})` : ""}`,
		],
		...(summary.buckets === null ? packedRows(result) : bucketRows(result)),
		["padding", padding(result)],
		[
			"shards",
			`${counted(shards.length, `${settings.format} file`)}, ${bytesText(bytes)}, in ${out}/data`,
		],
	];
	if (skipped.length > 0)
		rows.splice(1, 0, [
			"skipped",
			`${skipped.map(([reason, n]) => `${counted(n, "record")} ${reason}`).join(", ")}; listed in ${out}/index/skipped.jsonl`,
		]);
	if (totals.cutDocuments > 0)
		rows.splice(rows.length - 1, 0, [
			"cut",
			`${counted(totals.cutDocuments, "document")} of ${grouped(totals.documents)} ${totals.cutDocuments === 1 ? "is" : "are"} not whole in one row`,
		]);
	if (summary.windowLoss !== null && totals.rows > (summary.rowsAtOnce ?? 0))
		rows.splice(rows.length - 1, 0, [
			"windows",
			`best-fit-decreasing over everything at once would make ${grouped(summary.rowsAtOnce ?? 0)} rows: ${percent(summary.windowLoss)} fewer`,
		]);
	if (summary.imbalance !== null)
		rows.splice(rows.length - 1, 0, [
			"balance",
			`the costliest row of a step is ${summary.imbalance.toFixed(4)} times the mean; ${percent(summary.randomnessKept ?? 1)} of a shuffle's randomness kept`,
		]);
	const head =
		status === "built"
			? `Built ${out} in ${durationText(seconds)}`
			: `${out} is built already; nothing was done`;
	const body = rows.map(([name, text]) => `  ${name.padEnd(11)}${text}`);
	return `${[head, ...body].join("\n")}\n`;
}

function packedRows({ manifest }: BuildResult): [string, string][] {
	const { totals, summary, settings } = manifest;
	return [
		[
			"packs",
			`${counted(totals.rows, "row")} of ${grouped(settings.seqLen)}, ${summary.sequencesPerRow.toFixed(2)} sequences each`,
		],
		[
			"fill",
			`${percent(summary.fill)} (${counted(totals.rows, "row")}; no packing needs fewer than ${grouped(summary.lowerBoundRows ?? 0)})`,
		],
	];
}

function bucketRows({ manifest }: BuildResult): [string, string][] {
	const { summary, settings } = manifest;
	if (summary.buckets === null || settings.buckets === null) return [];
	const { buckets, attention, averageLength, averageContext } = summary.buckets;
	const longest = buckets[buckets.length - 1].length;
	return [
		...buckets.map(({ length, ...bucket }): [string, string] => [
			`  ${grouped(length)}`,
			`${counted(bucket.sequences, "sequence")}, ${counted(bucket.tokens, "token")} (${percent(bucket.share)})`,
		]),
		[
			"lengths",
			`${averageLength.toFixed(1)} tokens a sequence; a token has ${averageContext.toFixed(1)} before it`,
		],
		[
			"attention",
			`${percent(attention)} of what it costs to concatenate and chunk at ${grouped(longest)}`,
		],
	];
}

function padding({ manifest }: BuildResult): string {
	const { totals, summary } = manifest;
	const share = summary.padding / Math.max(1, totals.paddedTokens);
	const aligned =
		totals.alignmentTokens > 0
			? `, ${grouped(totals.alignmentTokens)} of them between documents`
			: "";
	return `${percent(share)} (${grouped(summary.padding)} tokens${aligned})`;
}
