import type { Decomposer } from "./decomposer.js";
import { rowLength } from "./options.js";
import { allocatePieces } from "./pieces.js";

const options = { maxLength: rowLength };

/**
 * Cuts documents wherever a row ends when they are written one after the other:
 * concatenate and chunk, the baseline of pretraining. Every row but the last is
 * full, and documents are cut anywhere.
 */
export const concatenate: Decomposer<typeof options> = {
	meaning:
		"cut wherever a row ends, when documents are written one after the other",
	options,
	fillsRows: false,
	dropReasons: null,
	lengths: ({ maxLength }) => [maxLength],
	cut(lengths, { maxLength }) {
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
	},
};
