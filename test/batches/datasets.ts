import { join } from "node:path";
import { type Batch, type BuildOptions, build } from "seqpack";
import { readManifest, readRows } from "../build/dataset-rows.js";
import { fixtures, tokenizerPath } from "../helpers.js";

/** Builds a dataset for batches of some of the fixtures, in several tasks and shards. */
export async function builtFrom(
	corpus: "prose" | "code" | "scripts",
	out: string,
	options: Partial<BuildOptions> = {},
): Promise<string> {
	await build({
		inputs: [join(fixtures, corpus)],
		tokenizer: tokenizerPath,
		layout: "buckets",
		minLength: 16,
		maxLength: 256,
		// Which gives all buckets some of a long document.
		decomposer: "binary-random",
		taskSize: 100_000,
		shardTokens: 8192,
		workers: 0,
		out,
		...options,
	});
	return out;
}

/** Rows of each bucket of a dataset by another reader, in the order of its shards. */
export async function rowsOfBuckets(
	directory: string,
): Promise<Map<number, number[][]>> {
	const { shards, settings } = readManifest(directory);
	const rows = new Map<number, number[][]>();
	for (const { path } of shards) {
		const length = Number(/len-(\d+)/.exec(path)?.[1] ?? settings.seqLen);
		const list = rows.get(length) ?? [];
		for (const row of await readRows(join(directory, path)))
			list.push(row.input_ids);
		rows.set(length, list);
	}
	return rows;
}

/** A batch's rows, as another program would see them. */
export function rowsOf(batch: Batch) {
	const { columns } = batch;
	const lists = (name: string) => {
		const { values, offsets } = columns[name] as {
			values: Int32Array;
			offsets: Int32Array;
		};
		return Array.from({ length: batch.rows }, (_, i) =>
			Array.from(values.subarray(offsets[i], offsets[i + 1])),
		);
	};
	const ids = lists("input_ids");
	const lengths = lists("seq_lengths");
	return ids.map((row, i) => ({
		step: batch.step,
		dataset: Number(columns.dataset.values[i]),
		bucket: Number(columns.bucket.values[i]),
		row: Number(columns.row.values[i]),
		ids: row,
		lengths: lengths[i],
	}));
}

export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
	const all: T[] = [];
	for await (const item of items) all.push(item);
	return all;
}
