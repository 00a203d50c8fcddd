import type { Component } from "../component.js";

/** A step from tokens to text, as the Rust library's component of the same name. */
export interface Decoder {
	/** Its name in tokenizer.json. */
	readonly type: string;
	/** Changes a list of tokens: what comes out is joined at the end. */
	decode(tokens: string[]): string[];
}

/** Makes a decoder of what a file says. @throws DataError `not-a-tokenizer` */
export type ReadDecoder = (component: Component) => Decoder;

/** What a list of tokens is as a text. @param decoder Null: the file has none. */
export function joinTokens(tokens: string[], decoder: Decoder | null): string {
	return decoder === null ? tokens.join(" ") : decoder.decode(tokens).join("");
}
