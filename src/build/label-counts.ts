import type { Pieces } from "../decompose/pieces.js";

/** How many tokens of each document have a label: all but the first of each piece. */
export function labelCounts(documents: number, pieces: Pieces): Int32Array {
	const counts = new Int32Array(documents);
	for (let i = 0; i < pieces.length.length; i++)
		counts[pieces.document[i]] += pieces.length[i] - 1;
	return counts;
}
