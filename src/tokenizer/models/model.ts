import type { Int32Buffer } from "../../core/buffers.js";
import type { Component } from "../component.js";
import type { KernelImage } from "../kernel-image.js";

/** Turns words into ids, as the Rust library's model of the same name. */
export interface Model {
	/** Its name in tokenizer.json. */
	readonly type: string;
	/** Tokens and their ids, in the order of the ids; an id may have none. */
	readonly tokens: readonly (string | undefined)[];
	/**
	 * Appends the ids of a word, which is not empty.
	 * @throws DataError `token-out-of-range` where there is no token for a part of it, and the Rust library fails as well
	 */
	encodeWord(word: string, out: Int32Buffer): void;
	tokenToId(token: string): number | undefined;
	/**
	 * Adds to a kernel's image what encoding words takes there; some models have no kernel.
	 * @param spaceIsBlock Whether words come with spaces for each U+2581.
	 */
	addTo?(image: KernelImage, spaceIsBlock: boolean): Compiled | null;
}

export interface Compiled {
	/** Ids that a byte of text gives at most. */
	idsPerByte: number;
	/** Where there are words without a token, which give the id -1: the token that would stand for them, if one is named. */
	missing: { unk: string | null } | null;
}

/** Makes a model of what a file says. @throws DataError `not-a-tokenizer` */
export type ReadModel = (component: Component) => Model;
