import { createRandom, randomBelow } from "../core/random.js";
import type { Decomposer } from "./decomposer.js";
import { maxSequence, randomLength, rowLength } from "./options.js";
import { allocatePieces } from "./pieces.js";

const options = { maxLength: rowLength, maxSequence, randomLength };

/**
 * Cuts documents wherever a row ends when they are written one after the other:
 * concatenate and chunk, the baseline of pretraining. Every row but the last is
 * full, and documents are cut anywhere. A share of the rows may end sooner (LLaDA).
 * With `maxSequence` they are cut as well wherever so many tokens of a row end, as if rows
 * were that long and several of them were joined (ProLong, 2410.02660).
 */
export const concatenate: Decomposer<typeof options> = {
	meaning:
		"cut wherever a row ends, when documents are written one after the other",
	options,
	fillsRows: false,
	dropReasons: null,
	lengths: ({ maxLength }) => [maxLength],
	longestPiece: ({ maxLength, maxSequence = maxLength }) => maxSequence,
	cut(lengths, { maxLength, maxSequence = maxLength, randomLength }) {
		let count = 0;
		const each = (
			add: (document: number, start: number, length: number) => void,
		) => {
			let row = 0;
			let left = tokensOfRow(row, maxLength, randomLength);
			let leftOfPart = maxSequence;
			for (let document = 0; document < lengths.length; document++)
				for (let start = 0; start < lengths[document]; ) {
					const length = Math.min(lengths[document] - start, left, leftOfPart);
					add(document, start, length);
					start += length;
					left -= length;
					leftOfPart -= length;
					if (left > 0 && leftOfPart > 0) continue;
					if (left === 0) left = tokensOfRow(++row, maxLength, randomLength);
					leftOfPart = maxSequence;
				}
		};
		each(() => count++);
		const pieces = allocatePieces(count);
		let piece = 0;
		each((document, start, length) => {
			pieces.document[piece] = document;
			pieces.start[piece] = start;
			pieces.length[piece++] = length;
		});
		return pieces;
	},
};

/**
 * Tokens of a row among those of a window: the capacity, or for a share of the rows a number drawn uniformly
 * from 1 to it. It hangs on the row's number alone, so that who cuts documents and who fills rows agree.
 */
export function tokensOfRow(
	row: number,
	capacity: number,
	randomShare = 0,
): number {
	if (randomShare === 0) return capacity;
	const random = createRandom(RANDOM_LENGTHS, row);
	return random() < randomShare * 2 ** 32
		? 1 + randomBelow(random, capacity)
		: capacity;
}

/** A stream of random numbers of its own. */
const RANDOM_LENGTHS = 0x11ada;
