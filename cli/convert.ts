import { sum } from "../src/core/arithmetic.js";
import {
	type ConvertResult,
	convertDataset,
} from "../src/export/convert-dataset.js";
import { convertTable } from "../src/options/convert.js";
import { commandOf } from "./command.js";
import { describeConversion } from "./describe-convert.js";
import { outputTable } from "./output-options.js";
import { runTold } from "./run-build.js";

export const convertCommandTable = { ...convertTable, ...outputTable };

export const convertCommand = () =>
	commandOf({
		name: "convert",
		description:
			"Write a dataset in another format: the same rows in the same order, with the same index.",
		table: convertCommandTable,
		arguments: ["dataset"],
		notes: `Batches are read from Arrow shards, and only stores with Arrow shards can be packed: their rows are
read in random order. A conversion that is stopped leaves nothing, and starts again from the beginning.`,
		isReported: true,
		examples: [
			"seqpack convert data/ --format arrow --out data-arrow/",
			"seqpack convert buckets/ --format parquet --compression zstd --out buckets-parquet/",
		],
		run: ({ json, ...options }) =>
			runTold(
				json,
				({ logLevel: _, ...running }) =>
					convertDataset({ ...options, ...running }),
				describeConversion,
				summary,
			),
	});

/** What `--json` prints; its fields only grow within a version. */
function summary(result: ConvertResult) {
	const { status, out, manifest, bytesBefore, seconds } = result;
	const { settings, summary, shards, planHash, convertedFrom } = manifest;
	return {
		version: 1,
		command: "convert",
		status,
		out,
		seconds,
		format: settings.format,
		compression: settings.compression,
		planHash,
		convertedFrom,
		rows: summary.rows,
		tokens: summary.tokens,
		shards: shards.length,
		shardBytes: sum(shards.map(({ bytes }) => bytes)),
		shardBytesBefore: bytesBefore,
		manifest: `${out}/seqpack.json`,
	};
}
