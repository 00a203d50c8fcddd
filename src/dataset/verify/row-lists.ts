import type { Column } from "../../tables/columns.js";

/** A list column of a batch. */
export type Lists = Extract<Column, { offsets: Int32Array }>;

/** Numbers of 64 bits as words of 32: the low one, and the high one. */
export function wordsOf({
	buffer,
	byteOffset,
	length,
}: BigInt64Array): Int32Array {
	return new Int32Array(buffer, byteOffset, 2 * length);
}

/** Whether lists have, of a row, what is from one place to another. */
export function haveSpan(
	lists: readonly Lists[],
	row: number,
	from: number,
	to: number,
): boolean {
	for (const { offsets } of lists)
		if (offsets[row] !== from || offsets[row + 1] !== to) return false;
	return true;
}

/** The sum of values from one place to another. */
export function sumOf(values: Int32Array, from: number, to: number): number {
	let sum = 0;
	for (let i = from; i < to; i++) sum += values[i];
	return sum;
}

/** The values of a row. */
export function valuesOf<T extends Int32Array | BigInt64Array>(
	{ values, offsets }: { values: T; offsets: Int32Array },
	row: number,
): T {
	return values.subarray(offsets[row], offsets[row + 1]) as T;
}
