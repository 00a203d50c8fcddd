import { Int32Buffer } from "../core/buffers.js";
import type { ColumnBatch, Schema } from "../tables/columns.js";

/** The columns of an index file: a row for each document of a task, in its order. */
export const indexSchema: Schema = [
	/** The id that packed rows know the document by. */
	{ name: "doc_id", type: "int64" },
	/** The id that the input gives it, or null. */
	{ name: "id", type: "string" },
	/** The file it is from, and the offset of its record there, in uncompressed bytes. */
	{ name: "source", type: "string" },
	{ name: "position", type: "int64" },
	/** Tokens read, BOS and EOS included. */
	{ name: "tokens", type: "int32" },
	/** Tokens of it that are in no row, and why. */
	{ name: "dropped_tokens", type: "int32" },
	{ name: "drop_reason", type: "string" },
	/** Shard (its number in the task) and row of each of its sequences. */
	{ name: "shards", type: "list<int32>" },
	{ name: "rows", type: "list<int32>" },
];

/** The same for a dataset of buckets: sequences are known by their bucket, and the shard and row in it. */
export const bucketIndexSchema: Schema = [
	...indexSchema,
	/** Length of the bucket that each of its sequences is in. */
	{ name: "buckets", type: "list<int32>" },
];

/** The columns of an index file of a layout. */
export function indexSchemaOf(layout: "packed" | "buckets"): Schema {
	return layout === "buckets" ? bucketIndexSchema : indexSchema;
}

/** Where sequences are: shard (its number in the task) and row of each; -1: in none yet. */
export interface SequencePlaces {
	shards: Int32Array;
	rows: Int32Array;
	/** Length of the bucket of each; in the layout `buckets` alone, where shards are counted by bucket. */
	buckets?: Int32Array;
}

/** Collects index rows and gives them as batches. */
export class IndexRows {
	readonly #task: number;
	readonly #ids: (string | null)[] = [];
	readonly #sources: string[] = [];
	readonly #positions: number[] = [];
	readonly #tokens = new Int32Buffer();
	#first = 0;

	constructor(task: number) {
		this.#task = task;
	}

	/** Documents held now. */
	get length(): number {
		return this.#ids.length;
	}

	/** Number in the task of the first document held. */
	get first(): number {
		return this.#first;
	}

	/** Adds a document, in the order of the input. */
	add(
		id: string | null,
		source: string,
		position: number,
		tokens: number,
	): void {
		this.#ids.push(id);
		this.#sources.push(source);
		this.#positions.push(position);
		this.#tokens.push(tokens);
	}

	/**
	 * The documents held, with the place of each of their sequences, and forgets
	 * them.
	 * @param document Document (from 0 at `first`) of each sequence, ascending.
	 * @param dropped Tokens of each document that are in no sequence; `reasons` why.
	 */
	take(
		document: Int32Array,
		{ shards, rows, buckets }: SequencePlaces,
		dropped: Int32Array,
		reasons: (string | null)[],
	): ColumnBatch {
		const count = this.length;
		const offsets = new Int32Array(count + 1);
		for (const d of document) offsets[d + 1]++;
		for (let d = 0; d < count; d++) offsets[d + 1] += offsets[d];
		const docIds = new Int32Array(count * 2);
		for (let d = 0; d < count; d++) {
			docIds[2 * d] = (this.#first + d) | 0;
			docIds[2 * d + 1] = this.#task;
		}
		const tokens = this.#tokens.array.slice(0, count);
		const batch: ColumnBatch = {
			rows: count,
			columns: {
				doc_id: { type: "int64", values: new BigInt64Array(docIds.buffer) },
				id: { type: "string", values: this.#ids.splice(0) },
				source: { type: "string", values: this.#sources.splice(0) },
				position: {
					type: "int64",
					values: BigInt64Array.from(this.#positions.splice(0), BigInt),
				},
				tokens: { type: "int32", values: tokens },
				dropped_tokens: { type: "int32", values: dropped },
				drop_reason: { type: "string", values: reasons },
				shards: { type: "list<int32>", values: shards, offsets },
				rows: { type: "list<int32>", values: rows, offsets },
				...(buckets === undefined
					? {}
					: { buckets: { type: "list<int32>", values: buckets, offsets } }),
			},
		};
		this.#first += count;
		this.#tokens.length = 0;
		return batch;
	}
}
