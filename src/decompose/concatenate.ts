import { checkMaxLength } from "./max-length.js";
import { allocatePieces, type Pieces } from "./pieces.js";

/**
 * Cuts documents wherever a row ends when they are written one after the other:
 * concatenate and chunk, the baseline of pretraining. Every row but the last is
 * full, and documents are cut anywhere.
 * @param lengths Tokens of each document.
 * @param maxLength Tokens of a row.
 * @throws UsageError `bad-length`
 */
export function concatenate(lengths: Int32Array, maxLength: number): Pieces {
	checkMaxLength(maxLength);
	let count = 0;
	let used = 0;
	for (const length of lengths) {
		if (length <= 0) continue;
		count += Math.ceil((used + length) / maxLength);
		used = (used + length) % maxLength;
	}
	const pieces = allocatePieces(count);
	let piece = 0;
	used = 0;
	for (let document = 0; document < lengths.length; document++)
		for (let start = 0; start < lengths[document]; piece++) {
			const length = Math.min(lengths[document] - start, maxLength - used);
			pieces.document[piece] = document;
			pieces.start[piece] = start;
			pieces.length[piece] = length;
			start += length;
			used = (used + length) % maxLength;
		}
	return pieces;
}
