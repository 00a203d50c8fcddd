import { sum } from "../core/arithmetic.js";
import { Float32Buffer, Int32Buffer } from "../core/buffers.js";
import type { Column as RowColumn, StoredRow } from "../masks/column.js";
import type { ColumnOptions } from "../masks/column-options.js";
import { rowColumn, columns as rowColumns } from "../masks/columns.js";
import { IGNORE } from "../masks/labels.js";
import {
	type BatchShare,
	type RowShare,
	rowShare,
} from "../masks/row-share.js";
import type { RowFinder } from "../plan/row-finder.js";
import { allOf, eachOf } from "../storage/when-read.js";
import type { Column, ColumnBatch } from "../tables/columns.js";
import { WEIGHTS } from "./batch.js";
import {
	lengthsOf,
	maskOf,
	type StepItems,
	tokensOf,
	valuesOf,
	weightsOf,
} from "./step-items.js";

/** How the tokens of items become rows. */
export interface RowShape {
	/** Tokens of a row, with padding. */
	tokens: number;
	/** What this rank is given of each row; null: all of it. */
	share: BatchShare | null;
	padId: number;
	/** Names from `batchColumns`. */
	columns: readonly string[];
	columnOptions: ColumnOptions;
}

/** A row for each item, padded. */
export function paddedRows(
	items: StepItems,
	finder: RowFinder,
	bucket: number,
	shape: RowShape,
): ColumnBatch {
	const { count } = items;
	const { tokens, padId } = shape;
	const ids = new Int32Array(count * tokens);
	const bytes = new Uint8Array(ids.buffer);
	eachOf(count, (i) => {
		const at = i * tokens;
		const used = tokensOf(items, i);
		if (used === 0) {
			ids.fill(padId, at, at + tokens);
			return;
		}
		const rows = finder.rowsOf(items.dataset[i]);
		if (rows.isFull) {
			rows.readFull(items.row[i], bytes, at, tokens);
			return;
		}
		rows.readTokens(items.row[i], items.start[i], bytes, at, used);
		if (used < tokens) ids.fill(padId, at + used, at + tokens);
	});
	const shares = sharesOf(count, (i) => lengthsOf(items, i), shape);
	const madeOf = (i: number): StoredRow => ({
		ids: ids.subarray(i * tokens, i * tokens + tokensOf(items, i)),
		seqLengths: lengthsOf(items, i),
		...labelsOfItem(items, i, finder),
		lossWeights: shape.columns.includes(WEIGHTS)
			? weightsOfItem(items, i, finder)
			: null,
		facts: factsOfItem(items, i, finder, shape),
		...nextLabelOf(items, i, finder),
	});
	// Each column is made of the same rows.
	const made = new Map<number, StoredRow>();
	const rowOf = (i: number): StoredRow => {
		const row = made.get(i) ?? madeOf(i);
		made.set(i, row);
		return row;
	};
	return {
		rows: count,
		columns: {
			dataset: { type: "int32", values: items.dataset },
			bucket: { type: "int32", values: new Int32Array(count).fill(bucket) },
			row: { type: "int64", values: int64(items.row) },
			input_ids: givenRows(ids, count, shares, shape),
			seq_lengths: {
				type: "list<int32>",
				values: items.lengths,
				offsets: items.offsets,
			},
			start: { type: "int32", values: items.start },
			...chunkColumns(items),
			...madeColumns(count, rowOf, shares, shape),
		},
	};
}

/** One row of all items, one after the other. */
export function flatRow(
	items: StepItems,
	finder: RowFinder,
	bucket: number,
	shape: RowShape,
): ColumnBatch {
	const { columns } = shape;
	const ids = new Int32Array(items.lengths.reduce((sum, n) => sum + n, 0));
	const bytes = new Uint8Array(ids.buffer);
	const lossMask = new Uint8Array(ids.length).fill(1);
	const lossWeights = columns.includes(WEIGHTS)
		? new Float32Array(ids.length)
		: null;
	const facts: Record<string, Int32Array> = {};
	for (const name of carriedColumns(shape))
		facts[name] = new Int32Array(items.lengths.length);
	let next = 0;
	eachOf(items.count, (i) => {
		const at = next;
		const used = tokensOf(items, i);
		next += used;
		const rows = finder.rowsOf(items.dataset[i]);
		allOf(
			() => rows.readTokens(items.row[i], items.start[i], bytes, at, used),
			() => {
				if (columns.length > 0)
					lossMask.set(maskOfItem(items, i, finder) ?? [], at);
			},
			() => lossWeights?.set(weightsOfItem(items, i, finder), at),
			() => {
				const own = factsOfItem(items, i, finder, shape);
				for (const [name, values] of Object.entries(own))
					facts[name].set(values, items.offsets[i]);
			},
		);
	});
	const row = { ids, seqLengths: items.lengths, lossMask, lossWeights, facts };
	const shares = sharesOf(1, () => items.lengths, shape);
	return {
		rows: 1,
		columns: {
			dataset: oneList(items.dataset),
			bucket: oneList(new Int32Array(items.count).fill(bucket)),
			row: {
				type: "list<int64>",
				values: int64(items.row),
				offsets: Int32Array.of(0, items.count),
			},
			input_ids: givenRows(ids, 1, shares, shape),
			seq_lengths: oneList(items.lengths),
			...madeColumns(1, () => row, shares, shape),
		},
	};
}

function chunkColumns({ chunks }: StepItems): Record<string, Column> {
	if (chunks === null) return {};
	const int32 = (values: Int32Array): Column => ({ type: "int32", values });
	return {
		document: { type: "int64", values: chunks.document },
		chunk: int32(chunks.chunk),
		first_chunk: int32(chunks.isFirst),
		last_chunk: int32(chunks.isLast),
		prefix_length: int32(chunks.prefixLength),
	};
}

/** The label after an item's last token, where its document goes on. */
function nextLabelOf(
	items: StepItems,
	i: number,
	finder: RowFinder,
): { nextLabel?: number } {
	const used = tokensOf(items, i);
	if (items.chunks === null || used === 0 || items.chunks.isLast[i] === 1)
		return {};
	const rows = finder.rowsOf(items.dataset[i]);
	const row = items.row[i];
	const next = items.start[i] + used;
	const label = new Int32Array(1);
	rows.readTokens(row, next, new Uint8Array(label.buffer), 0, 1);
	if (rows.isMasked && maskOf(rows, row, next, 1)[0] === 0) label[0] = IGNORE;
	return { nextLabel: label[0] };
}

/** What tells the labels of an item: its trees of prefixes, or else its mask. */
function labelsOfItem(
	items: StepItems,
	i: number,
	finder: RowFinder,
): Pick<StoredRow, "tree" | "lossMask"> {
	const tree =
		tokensOf(items, i) === 0
			? null
			: finder.rowsOf(items.dataset[i]).readTree(items.row[i]);
	return tree === null ? { lossMask: maskOfItem(items, i, finder) } : { tree };
}

/** What of an item is a label; null where it is all but the first token of each sequence. */
function maskOfItem(
	items: StepItems,
	i: number,
	finder: RowFinder,
): Int32Array | null {
	if (tokensOf(items, i) === 0) return null;
	const rows = finder.rowsOf(items.dataset[i]);
	return rows.isMasked
		? maskOf(rows, items.row[i], items.start[i], tokensOf(items, i))
		: null;
}

function weightsOfItem(
	items: StepItems,
	i: number,
	finder: RowFinder,
): Float32Array {
	const rows = finder.rowsOf(items.dataset[i]);
	return weightsOf(rows, items.row[i], items.start[i], tokensOf(items, i));
}

/** A sum and the weights of the labels of some items, one after the other: what it comes to hangs on their order. */
export function addWeights(
	sum: number,
	items: StepItems,
	finder: RowFinder,
): number {
	let total = sum;
	eachOf(items.count, (i) => {
		for (const weight of weightsOfItem(items, i, finder)) total += weight;
	});
	return total;
}

/** The columns that rows are carried with, and are not made of others. */
const carriedColumns = ({ columns }: RowShape) =>
	columns.filter((name) => !rowColumns.has(name));

function factsOfItem(
	items: StepItems,
	i: number,
	finder: RowFinder,
	shape: RowShape,
): Record<string, Int32Array> {
	const count = items.offsets[i + 1] - items.offsets[i];
	if (count === 0) return {};
	const rows = finder.rowsOf(items.dataset[i]);
	return Object.fromEntries(
		carriedColumns(shape).map((name) => [
			name,
			valuesOf(rows, items.row[i], items.start[i], count, name),
		]),
	);
}

/** What this rank is given of each row; null: all of it. */
function sharesOf(
	count: number,
	lengthsOfRow: (i: number) => Int32Array,
	{ share }: RowShape,
): RowShare[] | null {
	if (share === null) return null;
	return Array.from({ length: count }, (_, i) =>
		rowShare(lengthsOfRow(i), share),
	);
}

/** Rows of ids as they are given: whole, or the parts of this rank. */
function givenRows(
	ids: Int32Array,
	count: number,
	shares: readonly RowShare[] | null,
	{ padId }: RowShape,
): Column {
	const tokens = count === 0 ? 0 : ids.length / count;
	if (shares === null) return equalLists(ids, count, tokens);
	const out = new Int32Buffer(ids.length);
	shares.forEach(({ rowLength, cut }, i) => {
		const row = new Int32Array(rowLength).fill(padId);
		const end = i * tokens + Math.min(tokens, rowLength);
		row.set(ids.subarray(i * tokens, end));
		out.append(cut(row, padId));
	});
	return equalLists(out.view(), count, count === 0 ? 0 : out.length / count);
}

function madeColumns(
	count: number,
	rowOf: (i: number) => StoredRow,
	shares: readonly RowShare[] | null,
	{ columns, columnOptions, tokens }: RowShape,
): Record<string, Column> {
	const made: Record<string, Column> = {};
	for (const name of columns) {
		const column = rowColumn(name);
		const { batch, type } = column;
		if (batch === undefined) throw new Error(`no batch has a column ${name}`);
		const values: Float32Buffer | Int32Buffer =
			type === "list<float32>"
				? new Float32Buffer()
				: new Int32Buffer(count * tokens);
		const offsets = new Int32Array(count + 1);
		eachOf(count, (i) => {
			const given =
				shares === null
					? batch(rowOf(i), tokens, columnOptions)
					: shareOfColumn(column, rowOf(i), shares[i], columnOptions);
			if (values instanceof Float32Buffer)
				values.extend(given.length).set(given);
			else values.append(given);
			offsets[i + 1] = values.length;
		});
		made[name] = { type, values: values.view(), offsets } as Column;
	}
	return made;
}

/** What a rank is given of a column of a row. */
function shareOfColumn(
	{ entries, batch, padding }: RowColumn,
	row: StoredRow,
	{ rowLength, seqLengths, padding: atEnd, cut }: RowShare,
	options: ColumnOptions,
): ArrayLike<number> {
	if (batch === undefined) throw new Error("the column is of no batch");
	if (padding !== undefined)
		return cut(batch(row, rowLength, options), padding);
	if (entries !== "border") return batch(row, rowLength, options);
	const tokens = sum(seqLengths);
	const given = { ...row, seqLengths, ids: row.ids.subarray(0, tokens) };
	return batch(given, tokens + atEnd, options);
}

function equalLists(values: Int32Array, count: number, length: number): Column {
	const offsets = new Int32Array(count + 1);
	for (let i = 0; i <= count; i++) offsets[i] = i * length;
	return { type: "list<int32>", values, offsets };
}

function oneList(values: Int32Array): Column {
	return {
		type: "list<int32>",
		values,
		offsets: Int32Array.of(0, values.length),
	};
}

/** Whole numbers from -1 to 2^53 as int64, by their low and high words. */
function int64(numbers: Float64Array): BigInt64Array {
	const words = new Uint32Array(numbers.length * 2);
	for (let i = 0; i < numbers.length; i++) {
		words[2 * i] = numbers[i];
		words[2 * i + 1] = Math.floor(numbers[i] / 2 ** 32);
	}
	return new BigInt64Array(words.buffer);
}
