import { Int32Buffer } from "../core/buffers.js";

/**
 * What a decomposer makes of documents: piece i is the `length[i]` tokens of
 * document `document[i]` that begin at its token `start[i]`. Pieces come in the
 * order of their documents, and of their starts within a document.
 */
export interface Pieces {
	/** Index of the document in the lengths given. */
	document: Int32Array;
	/** Offset of the piece in its document, in tokens. */
	start: Int32Array;
	/** Tokens in the piece, at least 1. */
	length: Int32Array;
}

/** Empty pieces, for `count` of them. */
export function allocatePieces(count: number): Pieces {
	return {
		document: new Int32Array(count),
		start: new Int32Array(count),
		length: new Int32Array(count),
	};
}

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

/** The pieces of at least so many tokens. */
export function piecesFrom(pieces: Pieces, tokens: number): Pieces {
	const kept = pieces.length.reduce((n, t) => n + Number(t >= tokens), 0);
	if (kept === pieces.length.length) return pieces;
	const long = allocatePieces(kept);
	let at = 0;
	for (let piece = 0; at < kept; piece++) {
		if (pieces.length[piece] < tokens) continue;
		long.document[at] = pieces.document[piece];
		long.start[at] = pieces.start[piece];
		long.length[at++] = pieces.length[piece];
	}
	return long;
}
