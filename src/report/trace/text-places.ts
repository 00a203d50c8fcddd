/** A document's text and where its tokens are in it. */
export interface PlacedText {
	/** In UTF-8. */
	text: Uint8Array;
	/** The document's tokens, or its first ones. */
	ids: Int32Array;
	/** Of each token, the byte before which it begins, and that before which it ends. */
	starts: Int32Array;
	ends: Int32Array;
}

/** The first and the last character (code point) of a text that some tokens stand for, counted from 0. */
export interface Characters {
	first: number;
	last: number;
}

/** The characters of tokens from one on to before another, as far as these are known; null: they stand for none, as BOS does. */
export function charactersOf(
	{ text, starts, ends }: PlacedText,
	from: number,
	to: number,
): Characters | null {
	let first = from;
	let last = Math.min(to, ends.length) - 1;
	while (first <= last && starts[first] === ends[first]) first++;
	while (last >= first && starts[last] === ends[last]) last--;
	if (first > last) return null;
	// A token may begin within a character: it is that one's too.
	return {
		first: charactersBegun(text, starts[first] + 1) - 1,
		last: charactersBegun(text, ends[last]) - 1,
	};
}

/** The line of a text that a character is in, from 1. */
export function lineOf(
	{ text }: Pick<PlacedText, "text">,
	{ first }: Characters,
): number {
	let line = 1;
	let character = -1;
	for (const byte of text) {
		if ((byte & 0xc0) !== 0x80) character++;
		if (character === first) break;
		if (byte === 0x0a) line++;
	}
	return line;
}

/** How many characters begin before a byte. */
function charactersBegun(text: Uint8Array, end: number): number {
	let count = 0;
	for (let i = 0; i < end; i++) count += Number((text[i] & 0xc0) !== 0x80);
	return count;
}
