import type { Column } from "../columns.js";
import { HybridEncoder } from "./hybrid.js";

/** Parquet's numbers for encodings. */
export const ENCODING = { plain: 0, rle: 3, rleDictionary: 8 };

/** Bytes of values from which on a page ends, with its row. */
const PAGE_BYTES = 1 << 20;

/** A page before it is compressed. */
export interface Page {
	kind: "data" | "dictionary";
	/** How the values are encoded. */
	encoding: number;
	/** Values, nulls and empty lists included. */
	values: number;
	/** What it holds, back to back; views of the column where that is possible. */
	parts: Uint8Array[];
}

/** The pages of a column of a row group: version 1 of data pages. */
export function pagesOf(column: Column, rows: number): Generator<Page> {
	if (column.type === "string") return pagesOfTexts(column.values, rows);
	return "offsets" in column
		? pagesOfLists(column.values, column.offsets, rows)
		: pagesOfNumbers(column.values, rows);
}

type Numbers = Int32Array | BigInt64Array | Float32Array | Float64Array;

/** No value is null: all definition levels are 1. */
function* pagesOfNumbers(values: Numbers, rows: number): Generator<Page> {
	const most = PAGE_BYTES / values.BYTES_PER_ELEMENT;
	for (let row = 0; row < rows; row += most) {
		const end = Math.min(rows, row + most);
		const defined = new HybridEncoder(1);
		defined.add(1, end - row);
		yield dataPage(end - row, [defined], bytesOf(values.subarray(row, end)));
	}
}

/** Definition levels are 3 for a value of a list and 1 for a list that is empty. */
function* pagesOfLists(
	values: Numbers,
	offsets: Int32Array,
	rows: number,
): Generator<Page> {
	const most = PAGE_BYTES / values.BYTES_PER_ELEMENT;
	for (let row = 0; row < rows; ) {
		const repeated = new HybridEncoder(1);
		const defined = new HybridEncoder(2);
		const from = offsets[row];
		let entries = 0;
		for (; row < rows && offsets[row] - from < most; row++) {
			const length = offsets[row + 1] - offsets[row];
			repeated.add(0, 1);
			repeated.add(1, length - 1 > 0 ? length - 1 : 0);
			if (length === 0) defined.add(1, 1);
			else defined.add(3, length);
			entries += Math.max(1, length);
		}
		yield dataPage(
			entries,
			[repeated, defined],
			bytesOf(values.subarray(from, offsets[row])),
		);
	}
}

/** All in one page, after one of the different texts; definition levels are 0 for nulls. */
function* pagesOfTexts(
	values: readonly (string | null)[],
	rows: number,
): Generator<Page> {
	const numbers = new Map<string, number>();
	for (const value of values)
		if (value !== null && !numbers.has(value)) numbers.set(value, numbers.size);
	yield {
		kind: "dictionary",
		encoding: ENCODING.plain,
		values: numbers.size,
		parts: [plainTexts([...numbers.keys()])],
	};
	const width = Math.max(1, 32 - Math.clz32(Math.max(0, numbers.size - 1)));
	const defined = new HybridEncoder(1);
	const indices = new HybridEncoder(width);
	for (const value of values) {
		defined.add(Number(value !== null), 1);
		if (value !== null) indices.add(numbers.get(value) as number, 1);
	}
	const bytes = Buffer.concat([Uint8Array.of(width), indices.bytes()]);
	yield {
		...dataPage(rows, [defined], bytes),
		encoding: ENCODING.rleDictionary,
	};
}

/** Each with its length before it. */
function plainTexts(texts: readonly string[]): Uint8Array {
	return Buffer.concat(
		texts.flatMap((text) => {
			const bytes = Buffer.from(text, "utf8");
			return [int32Bytes(bytes.length), bytes];
		}),
	);
}

function dataPage(
	values: number,
	levels: readonly HybridEncoder[],
	content: Uint8Array,
): Page {
	const parts = levels.flatMap((level) => {
		const bytes = level.bytes();
		return [int32Bytes(bytes.length), bytes];
	});
	parts.push(content);
	return { kind: "data", encoding: ENCODING.plain, values, parts };
}

function int32Bytes(value: number): Uint8Array {
	const bytes = Buffer.alloc(4);
	bytes.writeInt32LE(value);
	return bytes;
}

function bytesOf({ buffer, byteOffset, byteLength }: Numbers): Uint8Array {
	return new Uint8Array(buffer, byteOffset, byteLength);
}
