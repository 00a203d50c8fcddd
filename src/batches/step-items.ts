import { sum } from "../core/arithmetic.js";
import { Int32Buffer } from "../core/buffers.js";
import type { RowFinder } from "../plan/row-finder.js";
import type { RowReader } from "../plan/row-reader.js";
import type { Pool } from "../plan/sequence-pools.js";
import { allOf, eachOf } from "../storage/when-read.js";

/** Rows of a step, or sequences within rows, column by column. */
export interface StepItems {
	count: number;
	/** Which dataset each is from, its row in the bucket, and its first token in the row. */
	dataset: Int32Array;
	row: Float64Array;
	start: Int32Array;
	/** Tokens of the sequences: item i has `lengths[offsets[i] .. offsets[i + 1])`. */
	lengths: Int32Array;
	offsets: Int32Array;
	/** Labels of each. */
	labels: Int32Array;
	/** Where items are chunks of documents, which; else null. */
	chunks: ChunkPlaces | null;
}

/** Of each chunk: its document, and its place in it. Where a lane has no more, all are -1 or 0. */
export interface ChunkPlaces {
	document: BigInt64Array;
	chunk: Int32Array;
	isFirst: Int32Array;
	isLast: Int32Array;
	/** Tokens of the document before the first to train on. */
	prefixLength: Int32Array;
}

export function allocateItems(count: number): Omit<StepItems, "lengths"> {
	return {
		count,
		dataset: new Int32Array(count),
		row: new Float64Array(count),
		start: new Int32Array(count),
		offsets: new Int32Array(count + 1),
		labels: new Int32Array(count),
		chunks: null,
	};
}

/**
 * The rows at some places of a bucket.
 * @param fullLength Tokens of a row that one sequence fills.
 */
export function itemsOfRows(
	finder: RowFinder,
	places: ArrayLike<number>,
	fullLength: number,
): StepItems {
	const count = places.length;
	const items = allocateItems(count);
	const lengths = new Int32Buffer(count);
	eachOf(count, (i) => {
		const { dataset, row, rows } = finder.find(places[i]);
		items.dataset[i] = dataset;
		items.row[i] = row;
		allOf(
			() => {
				if (rows.isFull) lengths.push(fullLength);
				else lengths.append(rows.readLengths(row));
			},
			() => {
				items.labels[i] = labelsOfRow(rows, row, fullLength);
			},
		);
		items.offsets[i + 1] = lengths.length;
	});
	return { ...items, lengths: lengths.view() };
}

/** Labels of the rows at some places of a bucket. */
export function labelsOfRows(
	finder: RowFinder,
	first: number,
	count: number,
	fullLength: number,
): number {
	let labels = 0;
	eachOf(count, (i) => {
		const { row, rows } = finder.find(first + i);
		labels += labelsOfRow(rows, row, fullLength);
	});
	return labels;
}

function labelsOfRow(rows: RowReader, row: number, fullLength: number): number {
	return rows.isFull && !rows.isMasked ? fullLength - 1 : rows.readLabels(row);
}

/** Sequences of one of a pool's batches, from its `first`. */
export function itemsOfPool(
	finder: RowFinder,
	pool: Pool,
	part: number,
	first: number,
	count: number,
): StepItems {
	const { order, offsets } = pool.batches;
	const begin = offsets[pool.turns[part]] + first;
	const items = allocateItems(count);
	const lengths = new Int32Array(count);
	eachOf(count, (i) => {
		const sequence = order[begin + i];
		const { dataset, row, rows } = finder.find(pool.places[sequence]);
		items.dataset[i] = dataset;
		items.row[i] = row;
		items.start[i] = pool.starts[sequence];
		items.offsets[i + 1] = i + 1;
		lengths[i] = pool.lengths[sequence];
		items.labels[i] = lengths[i] - 1;
		if (rows.isMasked) {
			const mask = maskOf(rows, row, items.start[i], lengths[i]);
			items.labels[i] = sum(mask);
		}
	});
	return { ...items, lengths };
}

/** Some of the items. */
export function pickItems(from: StepItems, which: Int32Array): StepItems {
	const items = allocateItems(which.length);
	const lengths = new Int32Buffer(which.length);
	which.forEach((item, i) => {
		items.dataset[i] = from.dataset[item];
		items.row[i] = from.row[item];
		items.start[i] = from.start[item];
		items.labels[i] = from.labels[item];
		lengths.append(lengthsOf(from, item));
		items.offsets[i + 1] = lengths.length;
	});
	return { ...items, lengths: lengths.view() };
}

/** What of the tokens of a row is a label, from its token `first` on. */
export function maskOf(
	rows: RowReader,
	row: number,
	first: number,
	count: number,
): Int32Array {
	const mask = new Int32Array(count);
	rows.readTokens(
		row,
		first,
		new Uint8Array(mask.buffer),
		0,
		count,
		"loss_mask",
	);
	return mask;
}

/** The weights of the labels of a row, from its token `first` on. */
export function weightsOf(
	rows: RowReader,
	row: number,
	first: number,
	count: number,
): Float32Array {
	const weights = new Float32Array(count);
	rows.readWeights(row, first, weights);
	return weights;
}

/** What a column says of the sequences of a row from its token `first` on. */
export function valuesOf(
	rows: RowReader,
	row: number,
	first: number,
	count: number,
	column: string,
): Int32Array {
	const values = rows.readSequences(row, column);
	if (first === 0) return values.subarray(0, count);
	let before = 0;
	let end = 0;
	for (const length of rows.readSequences(row, "seq_lengths")) {
		end += length;
		if (end > first) break;
		before++;
	}
	return values.subarray(before, before + count);
}

/** Tokens of the sequences of an item. */
export function lengthsOf(
	{ lengths, offsets }: StepItems,
	item: number,
): Int32Array {
	return lengths.subarray(offsets[item], offsets[item + 1]);
}

/** Tokens of an item. */
export function tokensOf(items: StepItems, item: number): number {
	const { lengths, offsets } = items;
	let sum = 0;
	for (let i = offsets[item]; i < offsets[item + 1]; i++) sum += lengths[i];
	return sum;
}
