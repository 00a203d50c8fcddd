import type { Component } from "../component.js";

/** Changes a text before it is split, as the Rust library's component of the same name. */
export interface Normalizer {
	/** Its name in tokenizer.json. */
	readonly type: string;
	/** @param text Well-formed; any stretch of a document between two added tokens. */
	apply(text: string): string;
	/**
	 * Whether the first character is not removed, so that what comes first begins the document; left out: where
	 * something is left of it alone.
	 * @param text Is not empty.
	 */
	keepsBeginning?(text: string): boolean;
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

/** Whether a normalizer leaves something of a text's first character. */
export function keepsBeginning(normalizer: Normalizer, text: string): boolean {
	if (normalizer.keepsBeginning !== undefined)
		return normalizer.keepsBeginning(text);
	const first = String.fromCodePoint(text.codePointAt(0) as number);
	return normalizer.apply(first) !== "";
}

/** Makes a normalizer of what a file says. @throws DataError `not-a-tokenizer` */
export type ReadNormalizer = (component: Component) => Normalizer;
