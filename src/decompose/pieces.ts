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
