import { checkMaxLength } from "./max-length.js";
import { allocatePieces, type Pieces } from "./pieces.js";

/**
 * Splits every document longer than `maxLength` into pieces of `maxLength`
 * tokens, the last one shorter; shorter documents stay whole, and documents of
 * no tokens give no piece. No way to cut makes fewer pieces.
 * @param lengths Tokens of each document.
 * @param maxLength Tokens of the longest piece allowed.
 * @throws UsageError `bad-length` when `maxLength` is not a positive integer.
 */
export function split(lengths: Int32Array, maxLength: number): Pieces {
	return cut(lengths, maxLength, () => maxLength);
}

/**
 * Splits every document longer than `maxLength` into as few pieces as `split`
 * does, but of equal length, or one token more for the first ones.
 */
export function balancedSplit(lengths: Int32Array, maxLength: number): Pieces {
	return cut(lengths, maxLength, (length, start) => {
		const pieces = Math.ceil(length / maxLength);
		const short = Math.floor(length / pieces);
		const longer = length - short * pieces;
		return start < longer * (short + 1) ? short + 1 : short;
	});
}

/** Pieces that cover each document, of the length that `next` says from a start on. */
function cut(
	lengths: Int32Array,
	maxLength: number,
	next: (length: number, start: number) => number,
): Pieces {
	checkMaxLength(maxLength);
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
