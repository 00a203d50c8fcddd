import { Float32Buffer } from "../core/float32-buffer.js";
import { Int32Buffer, type TokenBatch } from "../core/token-batch.js";
import type { Pieces } from "../decompose/pieces.js";
import { maskColumns } from "../masks/columns.js";
import type { LossWeighting } from "../masks/loss-weights.js";
import type { Packing } from "../pack/packing.js";
import type { Column, ColumnBatch, Schema } from "../tables/columns.js";

/**
 * The columns of a packed row. A row holds real tokens only: its sequences back
 * to back, without padding; the other columns have an entry for each sequence.
 */
export const packedSchema: Schema = [
	/** The tokens of the row, unshifted. */
	{ name: "input_ids", type: "list<int32>" },
	/** Tokens of each sequence; they add up to the row's. */
	{ name: "seq_lengths", type: "list<int32>" },
	/** Which document the sequence is from: `documentId` of it. */
	{ name: "doc_ids", type: "list<int64>" },
	/** Where in the document's tokens the sequence begins. */
	{ name: "doc_offsets", type: "list<int32>" },
];

/** What is stored of a row besides: see `maskColumns`, and weights of its labels. */
export interface RowColumns {
	/** Names from `maskColumns`. */
	columns: readonly string[];
	/** What the weights in the column `loss_weight` make count the same; null: no such column. */
	lossWeight: LossWeighting | null;
	/** What sequences are padded to for attention, for columns that ask. */
	padDocumentToMultiple: number;
}

const NO_COLUMNS: RowColumns = {
	columns: [],
	lossWeight: null,
	padDocumentToMultiple: 1,
};

/** The columns of a packed row, with those asked for. */
export function packedSchemaWith({
	columns,
	lossWeight,
}: Pick<RowColumns, "columns" | "lossWeight">): Schema {
	return [
		...packedSchema,
		...columns.map((name) => ({ name, type: "list<int32>" as const })),
		...(lossWeight === null
			? []
			: [{ name: "loss_weight", type: "list<float32>" as const }]),
	];
}

/** What a window of documents was made into, on lengths alone. */
export interface PackedWindow {
	/** The documents' tokens. */
	documents: TokenBatch;
	/** The sequences, as pieces of the documents. */
	pieces: Pieces;
	/** Which sequences share a row. */
	packing: Packing;
	/** The task, and the number in it of the window's first document. */
	task: number;
	firstDocument: number;
	/** Where the documents given are pieces of others: which these are, and where each begins. */
	origins?: { task: Int32Array; number: Int32Array; start: Int32Array };
	/** Tokens of each document that have a label in some sequence; for weights by document. */
	labelCounts?: Int32Array;
}

/**
 * A document's id in a dataset: task * 2^32 + its number in the task, which is
 * its row in the task's index file.
 */
export function documentId(task: number, number: number): bigint {
	return (BigInt(task) << 32n) | BigInt(number);
}

export function taskOfDocument(id: bigint): number {
	return Number(id >> 32n);
}

export function numberOfDocument(id: bigint): number {
	return Number(id & 0xffffffffn);
}

/** A column that is stored when asked for, as a list array. */
interface MoreColumn {
	name: string;
	values: Int32Buffer;
	offsets: Int32Buffer;
}

/** Gathers packed rows into batches: the one place where tokens are copied to a column. */
export class RowBuffer {
	/** Rows held now. */
	rows = 0;
	readonly #inputIds = new Int32Buffer(1 << 16);
	readonly #inputOffsets = new Int32Buffer();
	readonly #seqLengths = new Int32Buffer();
	readonly #seqOffsets = new Int32Buffer();
	// Pairs of low and high words, which in memory are the int64 ids.
	readonly #docIds = new Int32Buffer();
	readonly #docOffsets = new Int32Buffer();
	readonly #more: MoreColumn[];
	readonly #multiple: number;
	readonly #lossWeight: LossWeighting | null;
	readonly #weights = new Float32Buffer();

	constructor(more: RowColumns = NO_COLUMNS) {
		const { columns, lossWeight, padDocumentToMultiple } = more;
		this.#more = columns.map((name) => ({
			name,
			values: new Int32Buffer(),
			offsets: new Int32Buffer(),
		}));
		this.#multiple = padDocumentToMultiple;
		this.#lossWeight = lossWeight;
		this.clear();
	}

	/** Tokens held now. */
	get tokens(): number {
		return this.#inputIds.length;
	}

	/** Sequences held now. */
	get sequences(): number {
		return this.#seqLengths.length;
	}

	/** Adds a pack of the window as a row. */
	add(window: PackedWindow, pack: number): void {
		const { documents, pieces, packing } = window;
		const { order, packOffsets } = packing;
		const ids = this.#inputIds;
		const firstToken = ids.length;
		const firstSequence = this.#seqLengths.length;
		for (let at = packOffsets[pack]; at < packOffsets[pack + 1]; at++) {
			const piece = order[at];
			const document = pieces.document[piece];
			const start = pieces.start[piece];
			const length = pieces.length[piece];
			const from = documents.offsets[document] + start;
			ids.append(documents.ids.subarray(from, from + length));
			this.#seqLengths.push(length);
			const { origins } = window;
			if (origins === undefined) {
				this.#docIds.push((window.firstDocument + document) | 0);
				this.#docIds.push(window.task);
				this.#docOffsets.push(start);
			} else {
				this.#docIds.push(origins.number[document]);
				this.#docIds.push(origins.task[document]);
				this.#docOffsets.push(origins.start[document] + start);
			}
			if (this.#lossWeight !== null) {
				const labels =
					this.#lossWeight === "document" ? window.labelCounts?.[document] : 1;
				this.#weights.push(0, 1);
				this.#weights.push(1 / (labels ?? 1), length - 1);
			}
		}
		if (this.#more.length > 0) {
			const row = {
				ids: ids.array.subarray(firstToken, ids.length),
				seqLengths: this.#seqLengths.array.subarray(
					firstSequence,
					this.#seqLengths.length,
				),
			};
			for (const { name, values, offsets } of this.#more) {
				maskColumns[name].append(row, values, this.#multiple);
				offsets.push(values.length);
			}
		}
		this.#inputOffsets.push(ids.length);
		this.#seqOffsets.push(this.#seqLengths.length);
		this.rows++;
	}

	/** The rows so far: views, valid until the buffer is written to again. */
	batch(): ColumnBatch {
		const seqOffsets = this.#seqOffsets.view();
		const inputOffsets = this.#inputOffsets.view();
		const more: Record<string, Column> = {};
		for (const { name, values, offsets } of this.#more)
			more[name] = {
				type: "list<int32>",
				values: values.view(),
				offsets: offsets.view(),
			};
		if (this.#lossWeight !== null)
			more.loss_weight = {
				type: "list<float32>",
				values: this.#weights.view(),
				offsets: inputOffsets,
			};
		const docIds = new BigInt64Array(
			this.#docIds.array.buffer,
			0,
			this.#docIds.length / 2,
		);
		return {
			rows: this.rows,
			columns: {
				input_ids: {
					type: "list<int32>",
					values: this.#inputIds.view(),
					offsets: inputOffsets,
				},
				seq_lengths: {
					type: "list<int32>",
					values: this.#seqLengths.view(),
					offsets: seqOffsets,
				},
				doc_ids: { type: "list<int64>", values: docIds, offsets: seqOffsets },
				doc_offsets: {
					type: "list<int32>",
					values: this.#docOffsets.view(),
					offsets: seqOffsets,
				},
				...more,
			},
		};
	}

	/** Empties the buffer and keeps its memory. */
	clear(): void {
		this.rows = 0;
		for (const buffer of [
			this.#inputIds,
			this.#inputOffsets,
			this.#seqLengths,
			this.#seqOffsets,
			this.#docIds,
			this.#docOffsets,
			...this.#more.flatMap(({ values, offsets }) => [values, offsets]),
		])
			buffer.length = 0;
		for (const { offsets } of this.#more) offsets.push(0);
		this.#weights.length = 0;
		this.#inputOffsets.push(0);
		this.#seqOffsets.push(0);
	}
}

/**
 * Packed rows as batches of up to `batchRows` rows, packs in the order given.
 * Each batch is valid until the next one is asked for.
 */
export function* packedRows(
	window: PackedWindow,
	order: Int32Array,
	batchRows: number,
	columns: RowColumns = NO_COLUMNS,
): Generator<ColumnBatch> {
	const buffer = new RowBuffer(columns);
	for (const pack of order) {
		buffer.add(window, pack);
		if (buffer.rows === batchRows) {
			yield buffer.batch();
			buffer.clear();
		}
	}
	if (buffer.rows > 0) yield buffer.batch();
}
