const WORD = /^[\p{L}\p{N}_]$/u;
const CODE_POINTS = 0x110000;

/** Of each code point whether it is one of a word: 0 where nobody asked yet, 1 for no, 2 for yes. */
let known: Uint8Array | null = null;

/**
 * The words of a text in UTF-8: runs of letters, digits and underscores of any script, which are
 * the matches of `\w+` in Python.
 */
export function countWords(text: string | Uint8Array): number {
	const utf8 = typeof text === "string" ? new TextEncoder().encode(text) : text;
	known ??= new Uint8Array(CODE_POINTS);
	const kinds = known;
	let words = 0;
	let isInWord = false;
	for (let at = 0; at < utf8.length; ) {
		const first = utf8[at];
		let code = first;
		if (first < 0x80) at++;
		else {
			const more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
			code = first & (0x3f >> more);
			for (let i = 1; i <= more; i++)
				code = (code << 6) | (utf8[at + i] & 0x3f);
			at += more + 1;
		}
		const kind = kinds[code] || learn(kinds, code);
		if (kind === 2 && !isInWord) words++;
		isInWord = kind === 2;
	}
	return words;
}

function learn(known: Uint8Array, code: number): number {
	const kind =
		code < CODE_POINTS && WORD.test(String.fromCodePoint(code)) ? 2 : 1;
	known[code] = kind;
	return kind;
}
