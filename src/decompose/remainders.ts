import { allocatePieces, cutFromLeft, type Pieces } from "./pieces.js";

/** The tokens of each document after its last piece, as one piece of any length. */
export function remainders(lengths: Int32Array, pieces: Pieces): Pieces {
	const ends = new Int32Array(lengths.length);
	for (let i = 0; i < pieces.length.length; i++)
		ends[pieces.document[i]] = Math.max(
			ends[pieces.document[i]],
			pieces.start[i] + pieces.length[i],
		);
	const left = cutFromLeft(
		lengths.map((length, document) => length - ends[document]),
		(tokens) => tokens,
	);
	for (let i = 0; i < left.start.length; i++)
		left.start[i] = ends[left.document[i]];
	return left;
}

/** The pieces, and after those of each document its remainder. */
export function withRemainders(lengths: Int32Array, pieces: Pieces): Pieces {
	const left = remainders(lengths, pieces);
	const all = allocatePieces(pieces.length.length + left.length.length);
	let a = 0;
	let b = 0;
	for (let i = 0; i < all.length.length; i++) {
		const isPiece =
			b === left.length.length || pieces.document[a] <= left.document[b];
		const [from, at] = isPiece ? [pieces, a++] : [left, b++];
		all.document[i] = from.document[at];
		all.start[i] = from.start[at];
		all.length[i] = from.length[at];
	}
	return all;
}
