import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	type BuildOptions,
	build,
	openDataset,
	packStore,
	planCurriculum,
	readTokens,
} from "seqpack";

/** Ids are below it; the last of each document is EOS. */
export const VOCAB = 1000;
export const EOS = 999;

/** A list of ids, and which of them are labels. */
export interface Ids {
	ids: number[];
	mask: number[];
}

/** Documents of up to 200 ids; a third of each is to be trained on, its first id never. */
export const documents: Ids[] = Array.from({ length: 150 }, (_, d) => {
	const length = 1 + ((d * 37) % 200);
	const ids = Array.from({ length }, (_, i) => (d * 131 + i * 17) % EOS);
	ids[length - 1] = EOS;
	return { ids, mask: ids.map((_, i) => Number(i > 0 && (i + d) % 3 === 0)) };
});

/** What can be exported. */
export interface Sources {
	rows: string;
	parquet: string;
	shifted: string;
	masked: string;
	store: string;
	packing: string;
	buckets: string;
	plan: string;
	bucketPlan: string;
}

export const SEQ_LEN = 128;

export async function makeSources(directory: string): Promise<Sources> {
	const path = (name: string) => join(directory, name);
	const input = path("documents.jsonl");
	writeFileSync(
		input,
		documents.map((document) => `${JSON.stringify(document)}\n`).join(""),
	);
	const masked = { maskField: "mask" };
	const make = async (name: string, options: Partial<BuildOptions>) => {
		await build({
			inputs: [input],
			tokensField: "ids",
			vocabSize: VOCAB,
			workers: 0,
			shardTokens: 5000,
			...options,
			out: path(name),
		});
		return path(name);
	};
	const sources: Sources = {
		rows: await make("rows", { seqLen: SEQ_LEN, format: "arrow" }),
		parquet: await make("parquet", { seqLen: SEQ_LEN, ...masked }),
		shifted: await make("shifted", { seqLen: SEQ_LEN, ...masked, shift: true }),
		masked: await make("masked", {
			seqLen: SEQ_LEN,
			format: "arrow",
			...masked,
		}),
		store: await make("store", { layout: "documents", ...masked }),
		buckets: await make("buckets", {
			layout: "buckets",
			maxLength: 128,
			minLength: 16,
			validation: 0.2,
		}),
		packing: path("packing"),
		plan: path("plan"),
		bucketPlan: path("bucket-plan"),
	};
	await packStore({
		store: sources.store,
		seqLen: SEQ_LEN,
		workers: 0,
		out: sources.packing,
	});
	await planCurriculum({
		datasets: [sources.masked],
		tokensPerStep: 4 * SEQ_LEN,
		worldSize: 2,
		out: sources.plan,
	});
	await planCurriculum({
		datasets: [sources.buckets],
		tokensPerStep: 512,
		schedule: "grow-p2",
		worldSize: 2,
		out: sources.bucketPlan,
	});
	return sources;
}

/** A row as a dataset has it. */
export interface Row extends Ids {
	lengths: number[];
}

/** All rows of a dataset with tokens; without masks all but the first of each sequence is a label. */
export async function rowsOf(
	directory: string,
	bucket?: number,
	split?: string,
): Promise<Row[]> {
	const dataset = await openDataset(directory);
	const rows: Row[] = [];
	for await (const { rows: count, columns } of dataset.rows(bucket, split)) {
		const list = (name: string, row: number) => {
			const column = columns[name];
			if (column === undefined || !("offsets" in column)) return null;
			const { values, offsets } = column;
			return Array.from<number | bigint, number>(
				values.slice(offsets[row], offsets[row + 1]),
				Number,
			);
		};
		for (let row = 0; row < count; row++) {
			const ids = list("input_ids", row) ?? [];
			const lengths = list("seq_lengths", row) ?? [];
			const mask =
				list("loss_mask", row) ??
				lengths.flatMap((length) =>
					Array.from({ length }, (_, i) => Number(i > 0)),
				);
			rows.push({ ids, lengths, mask });
		}
	}
	return rows;
}

/** Rows with padding to a length, which is a sequence by itself and no label. */
export function padded(
	rows: readonly Row[],
	length: number,
	id: number,
): Row[] {
	return rows.map(({ ids, mask, lengths }) => {
		const missing = length - ids.length;
		if (missing === 0) return { ids, mask, lengths };
		const of = (value: number) => new Array<number>(missing).fill(value);
		return {
			ids: [...ids, ...of(id)],
			mask: [...mask, ...of(0)],
			lengths: [...lengths, missing],
		};
	});
}

/** The sequences of rows, one by one. */
export function sequencesOf(rows: readonly Row[]): Ids[] {
	return rows.flatMap(({ ids, mask, lengths }) => {
		let at = 0;
		return lengths.map((length) => {
			const from = at;
			at += length;
			return { ids: ids.slice(from, at), mask: mask.slice(from, at) };
		});
	});
}

/** What seqpack reads of files, as lists of ids; of those without masks all is to be trained on. */
export async function readBack(
	inputs: readonly string[],
	options: Record<string, unknown> = {},
): Promise<Ids[]> {
	const lists: Ids[] = [];
	for await (const { tokens } of readTokens(inputs, {
		vocabSize: VOCAB,
		...options,
	})) {
		const { ids, offsets, lossMask } = tokens;
		for (let i = 0; i + 1 < offsets.length; i++)
			lists.push({
				ids: [...ids.subarray(offsets[i], offsets[i + 1])],
				mask: lossMask
					? [...lossMask.subarray(offsets[i], offsets[i + 1])]
					: [],
			});
	}
	return lists;
}
