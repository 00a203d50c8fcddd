import type { Component } from "../component.js";

/** Takes a piece of text. @param isFirst Whether the piece begins the document. */
export type TakePiece = (text: string, isFirst: boolean) => void;

/** Splits pieces of text into smaller ones, as the Rust library's component of the same name. */
export interface PreTokenizer {
	/** Its name in tokenizer.json. */
	readonly type: string;
	/** Gives the pieces of a piece in their order; none of them is empty. */
	split(text: string, isFirst: boolean, take: TakePiece): void;
}

/** Makes a pre-tokenizer of what a file says. @throws DataError `not-a-tokenizer` */
export type ReadPreTokenizer = (component: Component) => PreTokenizer;
