import { allocatePieces, type Pieces } from "./pieces.js";

/** The pieces of at least `minLength` tokens. */
export function withoutShort(pieces: Pieces, minLength: number): Pieces {
	const kept: number[] = [];
	pieces.length.forEach((length, piece) => {
		if (length >= minLength) kept.push(piece);
	});
	if (kept.length === pieces.length.length) return pieces;
	const rest = allocatePieces(kept.length);
	for (const [i, piece] of kept.entries()) {
		rest.document[i] = pieces.document[piece];
		rest.start[i] = pieces.start[piece];
		rest.length[i] = pieces.length[piece];
	}
	return rest;
}
