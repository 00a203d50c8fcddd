import { Int32Buffer } from "../core/buffers.js";
import type { Pieces } from "./pieces.js";

/**
 * Cuts each document from the left: `next` says, of how many tokens are left, how
 * many the next piece takes, or 0 to end with the document.
 */
export function cutFromLeft(
	lengths: Int32Array,
	next: (left: number) => number,
): Pieces {
	const documents = new Int32Buffer();
	const starts = new Int32Buffer();
	const tokens = new Int32Buffer();
	for (let document = 0; document < lengths.length; document++) {
		const length = lengths[document];
		for (let start = 0; start < length; ) {
			const taken = next(length - start);
			if (taken === 0) break;
			documents.push(document);
			starts.push(start);
			tokens.push(taken);
			start += taken;
		}
	}
	return {
		document: documents.view(),
		start: starts.view(),
		length: tokens.view(),
	};
}

/**
 * What a decomposer left of each document: the tokens after its last piece, as
 * pieces of any length.
 */
export function remainders(lengths: Int32Array, pieces: Pieces): Pieces {
	const ends = new Int32Array(lengths.length);
	for (let i = 0; i < pieces.length.length; i++)
		ends[pieces.document[i]] = Math.max(
			ends[pieces.document[i]],
			pieces.start[i] + pieces.length[i],
		);
	const left: Pieces = cutFromLeft(
		lengths.map((length, document) => length - ends[document]),
		(tokens) => tokens,
	);
	for (let i = 0; i < left.start.length; i++)
		left.start[i] = ends[left.document[i]];
	return left;
}
