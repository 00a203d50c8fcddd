import { UsageError } from "../core/errors.js";
import { allocatePieces, type Pieces } from "./pieces.js";

/**
 * Splits every document longer than `maxLength` into pieces of `maxLength`
 * tokens, the last one shorter; shorter documents stay whole, and documents of
 * no tokens give no piece.
 * @param lengths Tokens of each document.
 * @param maxLength Tokens of the longest piece allowed.
 * @throws UsageError `bad-length` when `maxLength` is not a positive integer.
 */
export function split(lengths: Int32Array, maxLength: number): Pieces {
	if (!Number.isInteger(maxLength) || maxLength < 1)
		throw new UsageError(
			"bad-length",
			`documents cannot be split into pieces of ${maxLength} tokens: give a whole number of at least 1.`,
		);
	let count = 0;
	for (const length of lengths) count += Math.ceil(length / maxLength);
	const pieces = allocatePieces(count);
	let piece = 0;
	for (let document = 0; document < lengths.length; document++) {
		const length = lengths[document];
		for (let start = 0; start < length; start += maxLength) {
			pieces.document[piece] = document;
			pieces.start[piece] = start;
			pieces.length[piece] = Math.min(maxLength, length - start);
			piece++;
		}
	}
	return pieces;
}
