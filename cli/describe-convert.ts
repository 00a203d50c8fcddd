import { sum } from "../src/core/arithmetic.js";
import { bytesText, counted, grouped } from "../src/core/number-texts.js";
import type { ConvertResult } from "../src/export/convert-dataset.js";
import { doneText } from "./done-text.js";

/** What a conversion came to, for people. */
export function describeConversion(result: ConvertResult): string {
	const { out, manifest, bytesBefore } = result;
	const { settings, summary, shards } = manifest;
	const bytes = sum(shards.map((shard) => shard.bytes));
	return [
		doneText(result, `Converted to ${out}`),
		`  rows       ${grouped(summary.rows)} of ${counted(summary.tokens, "token")}`,
		`  shards     ${counted(shards.length, `${settings.format} file`)}, ${bytesText(bytes)}, which were ${bytesText(bytesBefore)}`,
		"",
	].join("\n");
}
