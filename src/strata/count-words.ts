const WORD = /^[\p{L}\p{N}_]$/u;
const CODE_POINTS = 0x110000;

/** What is known of a code point. */
const UNKNOWN = 0;
const OF_NONE = 2;
const OF_WORD = 3;

/** Of each code point what is known: whether it is one of a word is found out when it is met. */
let known: Uint8Array | null = null;

/**
 * The words of a text: runs of letters, digits and underscores of any script, which are the
 * matches of `\w+` in Python.
 * @param text Bytes are UTF-8.
 */
export function countWords(text: string | Uint8Array): number {
	const utf8 = typeof text === "string" ? new TextEncoder().encode(text) : text;
	known ??= new Uint8Array(CODE_POINTS);
	const kinds = known;
	let words = 0;
	let last = OF_NONE;
	for (let at = 0; at < utf8.length; at++) {
		let code = utf8[at];
		if (code >= 0x80) {
			const more = code < 0xe0 ? 1 : code < 0xf0 ? 2 : 3;
			code &= 0x3f >> more;
			for (let i = 0; i < more; i++) code = (code << 6) | (utf8[++at] & 0x3f);
		}
		let kind = kinds[code];
		if (kind === UNKNOWN) kind = learn(kinds, code);
		// Without a branch: words begin where nobody could foretell it.
		words += kind & ~last & 1;
		last = kind;
	}
	return words;
}

function learn(kinds: Uint8Array, code: number): number {
	const isWord = code < CODE_POINTS && WORD.test(String.fromCodePoint(code));
	const kind = isWord ? OF_WORD : OF_NONE;
	kinds[code] = kind;
	return kind;
}
