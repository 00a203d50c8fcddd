import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { expect } from "vitest";
import { signedJson } from "../../src/storage/signed-json.js";
import { expectNumbers } from "../helpers.js";

/** A packed row as another program's reader gives it. */
export interface Row {
	input_ids: number[];
	seq_lengths: number[];
	doc_ids: bigint[];
	doc_offsets: number[];
}

export interface IndexRow {
	doc_id: bigint;
	id: string | null;
	source_name: string | null;
	source: string;
	position: bigint;
	tokens: number;
	dropped_tokens: number;
	drop_reason: string | null;
	shards: number[];
	rows: number[];
}

/** The manifest of a dataset, without its hash of itself. */
export function readManifest(directory: string) {
	const { sha256, ...manifest } = JSON.parse(
		readFileSync(join(directory, "seqpack.json"), "utf8"),
	);
	return manifest;
}

/** Writes a manifest with a hash of itself, as a build does. */
export function writeManifest(directory: string, manifest: object): void {
	writeFileSync(join(directory, "seqpack.json"), signedJson(manifest));
}

/** Rows of a shard by hyparquet or apache-arrow alone. */
export async function readRows(path: string): Promise<Row[]> {
	if (path.endsWith(".parquet"))
		return (await parquetReadObjects({
			file: await asyncBufferFromFile(path),
		})) as Row[];
	return tableFromIPC(readFileSync(path))
		.toArray()
		.map((row) => ({
			input_ids: [...row.input_ids],
			seq_lengths: [...row.seq_lengths],
			doc_ids: [...row.doc_ids],
			doc_offsets: [...row.doc_offsets],
		}));
}

export async function readIndex(directory: string): Promise<IndexRow[]> {
	const rows: IndexRow[] = [];
	for (const { path } of readManifest(directory).index)
		rows.push(
			...((await parquetReadObjects({
				file: await asyncBufferFromFile(join(directory, path)),
			})) as IndexRow[]),
		);
	return rows;
}

/**
 * The token stream of every document, put together from the rows alone.
 * @param options.overlaps Whether a sequence may begin with tokens of the one before.
 */
export async function rebuildDocuments(
	directory: string,
	{ overlaps = false }: { overlaps?: boolean } = {},
): Promise<Map<bigint, number[]>> {
	const pieces = new Map<bigint, { offset: number; ids: number[] }[]>();
	for (const { path } of readManifest(directory).shards)
		for (const row of await readRows(join(directory, path))) {
			let start = 0;
			row.seq_lengths.forEach((length, i) => {
				const ids = row.input_ids.slice(start, start + length);
				start += length;
				const list = pieces.get(row.doc_ids[i]) ?? [];
				list.push({ offset: row.doc_offsets[i], ids });
				pieces.set(row.doc_ids[i], list);
			});
			if (start !== row.input_ids.length)
				throw new Error("seq_lengths do not add up to the row");
		}
	const documents = new Map<bigint, number[]>();
	for (const [id, list] of pieces) {
		list.sort((a, b) => a.offset - b.offset);
		const ids: number[] = [];
		for (const piece of list) {
			const again = ids.length - piece.offset;
			if (again < 0 || (again > 0 && !overlaps))
				throw new Error(`document ${id} has a gap or an overlap`);
			if (`${piece.ids.slice(0, again)}` !== `${ids.slice(piece.offset)}`)
				throw new Error(`document ${id} has two tokens in one place`);
			for (const token of piece.ids.slice(again)) ids.push(token);
		}
		documents.set(id, ids);
	}
	return documents;
}

/** Two sets of documents are the same. */
export function expectDocuments(
	found: Map<bigint, number[]>,
	due: Map<bigint, number[]>,
): void {
	expect([...found.keys()].sort()).toEqual([...due.keys()].sort());
	for (const [id, ids] of due)
		expectNumbers(found.get(id) ?? [], ids, () => `document ${id}`);
}
