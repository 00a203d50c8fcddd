import type { Component } from "../component.js";

/** Changes a text before it is split, as the Rust library's component of the same name. */
export interface Normalizer {
	/** Its name in tokenizer.json. */
	readonly type: string;
	/** @param text Well-formed; any stretch of a document between two added tokens. */
	apply(text: string): string;
}

/** Makes a normalizer of what a file says. @throws DataError `not-a-tokenizer` */
export type ReadNormalizer = (component: Component) => Normalizer;
