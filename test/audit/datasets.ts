// Datasets of other tools, byte by byte, so that any of them can be wrong.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Table, writeParquet } from "parquet-wasm";
import { encodeOneBatch } from "../../src/tables/arrow-stream.js";
import type { ColumnBatch, Schema } from "../../src/tables/columns.js";
import { temporaryDirectory } from "../helpers.js";
import { mdsOf } from "../sources/mds-bytes.js";
import {
	dolmaBorders,
	endsOf,
	megatronFiles,
	numbers,
} from "../sources/token-files.js";

type Lists = readonly (readonly number[])[];
export type Row = Readonly<Record<string, readonly number[]>>;

/** Writes files into a new directory and returns it. */
export function datasetOf(
	files: Readonly<Record<string, string | Uint8Array>>,
): string {
	const directory = temporaryDirectory();
	for (const [name, content] of Object.entries(files)) {
		mkdirSync(dirname(join(directory, name)), { recursive: true });
		writeFileSync(join(directory, name), content);
	}
	return directory;
}

/** A stream of Arrow with lists of int32. */
export function arrowOf(rows: readonly Row[]): Uint8Array {
	const names = Object.keys(rows[0]);
	const schema: Schema = names.map((name) => ({ name, type: "list<int32>" }));
	const columns = names.map(
		(name): [string, ColumnBatch["columns"][string]] => {
			const lists = rows.map((row) => row[name]);
			return [
				name,
				{
					type: "list<int32>",
					values: Int32Array.from(lists.flat()),
					offsets: Int32Array.from([0, ...endsOf(lists)]),
				},
			];
		},
	);
	return encodeOneBatch(
		{ rows: rows.length, columns: Object.fromEntries(columns) },
		schema,
	);
}

export function parquetOf(rows: readonly Row[]): Uint8Array {
	return writeParquet(Table.fromIPCStream(arrowOf(rows)));
}

/** Documents of one sequence each. */
export function megatronOf(documents: Lists): Record<string, Uint8Array> {
	const { bin, idx } = megatronFiles(
		documents.map((ids) => [ids]),
		"uint16",
	);
	return { "a_text_document.bin": bin, "a_text_document.idx": idx };
}

export function olmoOf(
	documents: Lists,
	hasBorders = true,
): Record<string, Uint8Array> {
	const tokens = numbers(documents.flat(), "uint16");
	const ends = endsOf(documents);
	const rows = documents.map(({ length }, i) => [
		...[ends[i] - length, ends[i], `id-${i}`, "a.jsonl", i],
	]);
	return {
		"part-0.npy": tokens,
		...(hasBorders ? { "part-0.csv.gz": dolmaBorders(rows) } : {}),
	};
}

export function datatroveOf(
	documents: Lists,
	loss?: readonly number[],
): Record<string, Uint8Array> {
	return {
		"000_unshuffled.ds": numbers(documents.flat(), "uint16"),
		"000_unshuffled.ds.index": numbers(endsOf(documents), "int64"),
		...(loss && { "000_unshuffled.ds.loss": numbers(loss, "uint8") }),
	};
}

/** @param listed How many samples the index says there are. */
export function mdsDataset(
	samples: Lists,
	listed = samples.length,
): Record<string, string | Uint8Array> {
	const shard = mdsOf(
		{ tokens: "ndarray:int32" },
		samples.map((ids) => ({
			tokens: Buffer.concat([
				// One dimension, of a uint8.
				Buffer.of(4, ids.length),
				numbers(ids, "int32"),
			]),
		})),
	);
	const raw_data = {
		basename: "shard.00000.mds",
		bytes: shard.length,
		hashes: {},
	};
	return {
		"shard.00000.mds": shard,
		"index.json": JSON.stringify({
			shards: [{ raw_data, samples: listed, zip_data: null }],
			version: 2,
		}),
	};
}
