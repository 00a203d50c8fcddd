const LETTER = /[\p{L}\p{N}\p{M}]/u;
/** Of each code point below 2^16: 0 not known yet, 1 part of a word, 2 none. */
const known = new Uint8Array(2 ** 16);

function isLetter(point: number): boolean {
	if (point >= known.length) return LETTER.test(String.fromCodePoint(point));
	if (known[point] === 0)
		known[point] = LETTER.test(String.fromCodePoint(point)) ? 1 : 2;
	return known[point] === 1;
}

/** Apostrophes and hyphens, which stand within words. */
const isJoint = (code: number) =>
	code === 0x27 || code === 0x2019 || code === 0x2d;

/** The place after the letter at a place; the same place where there is none. */
function pastLetter(text: string, at: number): number {
	if (at >= text.length) return at;
	const point = text.codePointAt(at) as number;
	return isLetter(point) ? at + (point > 0xffff ? 2 : 1) : at;
}

/**
 * A text without some of its words, and the spaces and tabs after them. A word is letters, digits and
 * marks, with single apostrophes and hyphens between them.
 * @param isDropped Of a word by its place and the place after it.
 * @returns The text, and how many words were dropped.
 */
export function withoutWords(
	text: string,
	isDropped: (start: number, end: number) => boolean,
): { text: string; dropped: number } {
	let out = "";
	let copied = 0;
	let dropped = 0;
	for (let start = 0; start < text.length; ) {
		let end = pastLetter(text, start);
		if (end === start) {
			start++;
			continue;
		}
		for (;;) {
			const from = isJoint(text.charCodeAt(end)) ? end + 1 : end;
			const next = pastLetter(text, from);
			if (next === from) break;
			end = next;
		}
		if (isDropped(start, end)) {
			out += text.slice(copied, start);
			while (text[end] === " " || text[end] === "\t") end++;
			copied = end;
			dropped++;
		}
		start = end;
	}
	return { text: out + text.slice(copied), dropped };
}
