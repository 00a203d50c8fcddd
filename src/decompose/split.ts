import type { Decomposer } from "./decomposer.js";
import { rowLength } from "./options.js";
import { allocatePieces, type Pieces } from "./pieces.js";

const options = { maxLength: rowLength };

/**
 * Splits every document longer than `maxLength` into pieces of `maxLength`
 * tokens, the last one shorter; shorter documents stay whole, and documents of
 * no tokens give no piece. No way to cut makes fewer pieces.
 */
export const split: Decomposer<typeof options> = {
	meaning: "cut into sequences of a row's length, the last one shorter",
	options,
	fillsRows: false,
	dropReasons: null,
	lengths: ({ maxLength }) => [maxLength],
	cut: (lengths, { maxLength }) => cutAll(lengths, maxLength, () => maxLength),
};

/**
 * Splits every document longer than `maxLength` into as few pieces as `split`
 * does, but of equal length, or one token more for the first ones.
 */
export const balancedSplit: Decomposer<typeof options> = {
	...split,
	meaning: "cut into as few sequences as possible, of equal length",
	cut: (lengths, { maxLength }) =>
		cutAll(lengths, maxLength, (length, start) => {
			const pieces = Math.ceil(length / maxLength);
			const short = Math.floor(length / pieces);
			const longer = length - short * pieces;
			return start < longer * (short + 1) ? short + 1 : short;
		}),
};

/** Pieces that cover each document, of the length that `next` says from a start on. */
function cutAll(
	lengths: Int32Array,
	maxLength: number,
	next: (length: number, start: number) => number,
): Pieces {
	let count = 0;
	for (const length of lengths) count += Math.ceil(length / maxLength);
	const pieces = allocatePieces(count);
	let piece = 0;
	for (let document = 0; document < lengths.length; document++) {
		const length = lengths[document];
		for (let start = 0; start < length; piece++) {
			const tokens = Math.min(next(length, start), length - start);
			pieces.document[piece] = document;
			pieces.start[piece] = start;
			pieces.length[piece] = tokens;
			start += tokens;
		}
	}
	return pieces;
}
