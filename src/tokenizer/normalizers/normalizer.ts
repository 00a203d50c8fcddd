import type { Component } from "../component.js";

/** Changes a text before it is split, as the Rust library's component of the same name. */
export interface Normalizer {
	/** Its name in tokenizer.json. */
	readonly type: string;
	/** @param text Well-formed; any stretch of a document between two added tokens. */
	apply(text: string): string;
	/**
	 * Where a piece that begins in what comes of a text still begins the document, as the Rust library aligns both; left
	 * out: in what comes of what is before, character by character.
	 * @param text Is not empty.
	 * @param first The same of the text: the last of its offsets, or -1; see `TakePiece` of pre-tokenizers.
	 */
	firstAfter?(text: string, first: number): number;
	/** What it is to the kernel; left out: the kernel does not do it. */
	readonly kernel?: KernelChange | undefined;
	/**
	 * Where it does the same to a character whatever stands beside it: whether marks that come to stand beside each
	 * other are then sorted as Unicode has it. Left out: it looks at more than a character.
	 */
	readonly byCharacter?: { sortsMarks: boolean };
	/** Those that it is made of, one after the other. */
	readonly parts?: readonly Normalizer[];
	/** What an added token that is found after normalizing is found as; left out: as a text of its own is normalized. */
	ofToken?(content: string): string;
}

/** What an added token that is found after normalizing is found as. */
export function tokenAfter(
	normalizer: Normalizer | null,
	content: string,
): string {
	if (normalizer?.ofToken !== undefined) return normalizer.ofToken(content);
	return normalizer?.apply(content) ?? content;
}

/** What the kernel does to a text: form C; U+2581 in front; U+2581 for each space. */
export type KernelChange = "NFC" | "prefix" | "spaces";

/** As the method of normalizers. */
export function firstAfter(
	normalizer: Normalizer,
	text: string,
	first: number,
): number {
	if (normalizer.firstAfter !== undefined)
		return normalizer.firstAfter(text, first);
	return lastOf(normalizer.apply(text.slice(0, endOfCharacter(text, first))));
}

/** Where the character at an offset ends; 0 for -1. */
export const endOfCharacter = (text: string, at: number) =>
	at === -1 ? 0 : at + ((text.codePointAt(at) as number) > 0xffff ? 2 : 1);

/** Where the last character of a well-formed text begins; -1: it is empty. */
export const lastOf = (text: string) =>
	(text.charCodeAt(text.length - 1) & 0xfc00) === 0xdc00
		? text.length - 2
		: text.length - 1;

/** Makes a normalizer of what a file says. @throws DataError `not-a-tokenizer` */
export type ReadNormalizer = (component: Component) => Normalizer;
