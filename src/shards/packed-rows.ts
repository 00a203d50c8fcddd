import { Int32Buffer, type TokenBatch } from "../core/token-batch.js";
import type { Pieces } from "../decompose/pieces.js";
import type { Packing } from "../pack/packing.js";
import type { ColumnBatch, Schema } from "./columns.js";

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

	constructor() {
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
		for (let at = packOffsets[pack]; at < packOffsets[pack + 1]; at++) {
			const piece = order[at];
			const document = pieces.document[piece];
			const start = pieces.start[piece];
			const length = pieces.length[piece];
			const from = documents.offsets[document] + start;
			ids.append(documents.ids.subarray(from, from + length));
			this.#seqLengths.push(length);
			this.#docIds.push((window.firstDocument + document) | 0);
			this.#docIds.push(window.task);
			this.#docOffsets.push(start);
		}
		this.#inputOffsets.push(ids.length);
		this.#seqOffsets.push(this.#seqLengths.length);
		this.rows++;
	}

	/** The rows so far: views, valid until the buffer is written to again. */
	batch(): ColumnBatch {
		const seqOffsets = this.#seqOffsets.view();
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
					offsets: this.#inputOffsets.view(),
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
		])
			buffer.length = 0;
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
): Generator<ColumnBatch> {
	const buffer = new RowBuffer();
	for (const pack of order) {
		buffer.add(window, pack);
		if (buffer.rows === batchRows) {
			yield buffer.batch();
			buffer.clear();
		}
	}
	if (buffer.rows > 0) yield buffer.batch();
}
