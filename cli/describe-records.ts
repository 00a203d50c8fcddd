import {
	bytesText,
	counted,
	grouped,
	percent,
} from "../src/core/number-texts.js";
import type { PackRecordsResult } from "../src/records/pack-records.js";
import type { RecordsSummary } from "../src/records/summary.js";
import { doneText } from "./done-text.js";

/** What packing records came to, as lines for a person. */
export function describeRecords(result: PackRecordsResult): string {
	const { out, manifest } = result;
	const { summary, inputs, options, shards, lostMetadata } = manifest;
	const bytes = shards.reduce((sum, shard) => sum + shard.bytes, 0);
	const lines = [
		[
			"records",
			`${grouped(summary.records)} of ${counted(inputs.length, "file")}`,
		],
		["dropped", dropped(summary)],
		["tokens", grouped(summary.tokens)],
		[
			"packs",
			`${counted(summary.rows, "row")} of ${grouped(Number(options.seqLen))}, ${summary.recordsPerRow.toFixed(2)} records each`,
		],
		[
			"fill",
			`${percent(summary.fill)} (${counted(summary.rows, "row")}; no packing needs fewer than ${grouped(summary.lowerBoundRows)})`,
		],
		["padding", padding(summary)],
		...(summary.imbalance === null
			? []
			: [
					[
						"balance",
						`the costliest row of a step is ${summary.imbalance.toFixed(4)} times the mean; ${percent(summary.randomnessKept ?? 1)} of a shuffle's randomness kept`,
					],
				]),
		...(lostMetadata.length === 0
			? []
			: [
					[
						"left out",
						`of the table's metadata ${lostMetadata.join(", ")}, which is not true of rows`,
					],
				]),
		[
			"files",
			`${counted(shards.length, `${options.format} file`)}, ${bytesText(bytes)}, in ${out}/data`,
		],
	];
	return [
		doneText(result, `Packed ${out}`),
		...lines.map(([name, text]) => `  ${name.padEnd(11)}${text}`),
		"",
	].join("\n");
}

function dropped({ dropped }: RecordsSummary): string {
	const reasons = Object.entries(dropped).map(
		([reason, { records, tokens }]) =>
			`${grouped(records)} ${reason}, ${counted(tokens, "token")}`,
	);
	const records = Object.values(dropped).reduce(
		(sum, { records }) => sum + records,
		0,
	);
	return `${counted(records, "record")}${reasons.length > 0 ? ` (${reasons.join("; ")})` : ""}`;
}

function padding({ fill, padding, alignmentTokens }: RecordsSummary): string {
	const aligned =
		alignmentTokens > 0
			? `, ${grouped(alignmentTokens)} of them between records`
			: "";
	return `${percent(1 - fill)} (${counted(padding, "token")}${aligned})`;
}

/** What `--json` prints; its fields only grow within a version. */
export function recordsSummary(result: PackRecordsResult) {
	const { status, out, manifest, seconds } = result;
	const { summary, shards, inputs } = manifest;
	return {
		version: 2,
		command: "pack",
		status,
		out,
		seconds,
		inputs: inputs.length,
		...summary,
		shards: shards.length,
		shardBytes: shards.reduce((sum, shard) => sum + shard.bytes, 0),
		manifest: `${out}/records.json`,
	};
}
