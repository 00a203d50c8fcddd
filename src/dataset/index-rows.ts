import type { ColumnBatch, Schema } from "../tables/columns.js";
import { parquet } from "../tables/parquet.js";

/** The table format of the index. */
export const indexTable = parquet;

/** The columns of an index file: a row for each document of a task, in its order. */
export const indexSchema: Schema = [
	/** The id that rows know the document by: `documentId`. */
	{ name: "doc_id", type: "int64" },
	/** The id that the input gives it, or null. */
	{ name: "id", type: "string" },
	/** The name of its source, where it has one. */
	{ name: "source_name", type: "string" },
	/** The file it is from, and the offset of its record there, in uncompressed bytes. */
	{ name: "source", type: "string" },
	{ name: "position", type: "int64" },
	/** Tokens read, BOS and EOS included. */
	{ name: "tokens", type: "int32" },
	/** Tokens of it that are in no row, and why. */
	{ name: "dropped_tokens", type: "int32" },
	{ name: "drop_reason", type: "string" },
	/** Shard (its number among the task's) and row of each of its sequences; -1 where another task packed it. */
	{ name: "shards", type: "list<int32>" },
	{ name: "rows", type: "list<int32>" },
];

/** What a document is composed of, as JSON, or null: only where a source's records say it. */
const partsColumn = { name: "parts", type: "string" } as const;

/** The columns of the index of a dataset. */
export function indexSchemaOf({
	sources,
}: {
	sources: readonly { parts?: string }[];
}): Schema {
	return sources.some(({ parts }) => parts !== undefined)
		? [...indexSchema, partsColumn]
		: indexSchema;
}

/** Documents as they were read, in the order of the input. */
export interface IndexedDocuments {
	/** The task, and the number in it of the first document. */
	task: number;
	first: number;
	ids: readonly (string | null)[];
	sources: readonly string[];
	positions: readonly number[];
	/** What each is composed of, where records say it: null where one does not; left out: none does. */
	parts?: readonly (string | null)[];
	/** Tokens of each. */
	lengths: Int32Array;
}

/** Where sequences are, in the order of their documents. */
export interface SequencePlaces {
	/** Document of each, from 0 at the first. */
	document: Int32Array;
	/** Its shard and row, -1: another task packs it. */
	shards: Int32Array;
	rows: Int32Array;
}

/** Tokens of each document that are in no sequence, and why; null: all are in one. */
export interface DroppedTokens {
	tokens: Int32Array;
	reasons: readonly (string | null)[];
}

/** The index's rows of some documents. */
export function indexBatch(
	{ task, first, ids, sources, positions, parts, lengths }: IndexedDocuments,
	{ document, shards, rows }: SequencePlaces,
	dropped: DroppedTokens,
	sourceName: string | null = null,
): ColumnBatch {
	const count = lengths.length;
	const offsets = new Int32Array(count + 1);
	for (const d of document) offsets[d + 1]++;
	for (let d = 0; d < count; d++) offsets[d + 1] += offsets[d];
	const docIds = new Int32Array(count * 2);
	for (let d = 0; d < count; d++) {
		docIds[2 * d] = (first + d) | 0;
		docIds[2 * d + 1] = task;
	}
	return {
		rows: count,
		columns: {
			doc_id: { type: "int64", values: new BigInt64Array(docIds.buffer) },
			id: { type: "string", values: [...ids] },
			source_name: {
				type: "string",
				values: new Array<string | null>(count).fill(sourceName),
			},
			source: { type: "string", values: [...sources] },
			position: {
				type: "int64",
				values: BigInt64Array.from(positions, BigInt),
			},
			tokens: { type: "int32", values: lengths },
			dropped_tokens: { type: "int32", values: dropped.tokens },
			drop_reason: { type: "string", values: [...dropped.reasons] },
			shards: { type: "list<int32>", values: shards, offsets },
			rows: { type: "list<int32>", values: rows, offsets },
			// A file without the column takes no values of it.
			parts: {
				type: "string",
				values: parts === undefined ? new Array(count).fill(null) : [...parts],
			},
		},
	};
}
