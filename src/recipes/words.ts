const LETTER = /[\p{L}\p{N}\p{M}]/u;
const PART = 1;
const NONE = 2;
/** Of each code point below 2^16 what it is of a word; 0: not known yet. */
const known = new Uint8Array(2 ** 16);

function isLetter(point: number): boolean {
	if (point >= known.length) return LETTER.test(String.fromCodePoint(point));
	if (known[point] === 0)
		known[point] = LETTER.test(String.fromCodePoint(point)) ? PART : NONE;
	return known[point] === PART;
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

/** The place after the letters at a place. */
function pastLetters(text: string, at: number): number {
	for (let end = at; ; ) {
		while (end < text.length && known[text.charCodeAt(end)] === PART) end++;
		const next = pastLetter(text, end);
		if (next === end) return end;
		end = next;
	}
}

/** The place of the next unit that may begin a letter, from a place on. */
function nextLetter(text: string, from: number): number {
	let at = from;
	for (; at < text.length; at++) {
		const unit = text.charCodeAt(at);
		if (known[unit] !== NONE || (unit & 0xf800) === 0xd800) break;
	}
	return at;
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
	for (
		let start = nextLetter(text, 0);
		start < text.length;
		start = nextLetter(text, start)
	) {
		let end = pastLetters(text, start);
		if (end === start) {
			start++;
			continue;
		}
		while (isJoint(text.charCodeAt(end))) {
			const next = pastLetters(text, end + 1);
			if (next === end + 1) break;
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
