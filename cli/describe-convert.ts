import { sum } from "../src/core/arithmetic.js";
import type { ConvertResult } from "../src/export/convert-dataset.js";
import { bytesText, counted, durationText, grouped } from "./numbers.js";

/** What a conversion came to, for people. */
export function describeConversion({
	out,
	manifest: { settings, summary, shards },
	bytesBefore,
	seconds,
}: ConvertResult): string {
	const bytes = sum(shards.map((shard) => shard.bytes));
	return [
		`Converted to ${out} in ${durationText(seconds)}`,
		`  rows       ${grouped(summary.rows)} of ${grouped(summary.tokens)} tokens`,
		`  shards     ${counted(shards.length, `${settings.format} file`)}, ${bytesText(bytes)}, which were ${bytesText(bytesBefore)}`,
		"",
	].join("\n");
}
