import type { Component } from "../component.js";

/**
 * Takes a piece of text.
 * @param first The last of its offsets, in UTF-16 units, at which a piece that is cut from it still
 *   begins the document; -1: none, as it does not begin the document itself. It is 0 for a document's
 *   text as it stands. It is more after characters that were put before the text, or that came of its
 *   first character with the next one, since the Rust library counts by the text as it was.
 */
export type TakePiece = (text: string, first: number) => void;

/** Splits pieces of text into smaller ones, as the Rust library's component of the same name. */
export interface PreTokenizer {
	/** Its name in tokenizer.json. */
	readonly type: string;
	/**
	 * Gives the pieces of a piece in their order; none of them is empty.
	 * @param text Well-formed, and not empty.
	 * @param first As of `TakePiece`.
	 */
	split(text: string, first: number, take: TakePiece): void;
}

/** Makes a pre-tokenizer of what a file says. @throws DataError `not-a-tokenizer` */
export type ReadPreTokenizer = (component: Component) => PreTokenizer;

/** Gives a part of a piece, unless it is empty. */
export function takePart(
	text: string,
	first: number,
	begin: number,
	end: number,
	take: TakePiece,
): void {
	if (begin < end)
		take(text.slice(begin, end), begin <= first ? first - begin : -1);
}
