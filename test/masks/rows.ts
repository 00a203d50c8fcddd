import fc from "fast-check";
import type { TokenRow } from "../../src/masks/row.js";

/** A row of sequences of ids, and room after them. */
export const paddedRow = fc
	.tuple(
		fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 8 }),
		fc.nat(7),
		fc.infiniteStream(fc.nat(99)),
	)
	.map(([lengths, padding, stream]) => {
		const used = lengths.reduce((sum, length) => sum + length, 0);
		const row: TokenRow = {
			ids: Int32Array.from({ length: used }, () => stream.next().value),
			seqLengths: Int32Array.from(lengths),
		};
		return { row, rowLength: used + padding };
	});

/** For each position of a row its sequence (-1: padding) and its place in it. */
export function places(
	seqLengths: Int32Array,
	rowLength: number,
): { sequence: number; place: number; isLast: boolean }[] {
	const list: { sequence: number; place: number; isLast: boolean }[] = [];
	seqLengths.forEach((length, sequence) => {
		for (let place = 0; place < length; place++)
			list.push({ sequence, place, isLast: place + 1 === length });
	});
	for (let place = 0; list.length < rowLength; place++)
		list.push({ sequence: -1, place, isLast: false });
	return list;
}
