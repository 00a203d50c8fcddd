import { lineStarts } from "./lines.js";
import { SentenceClass, sentenceClass } from "./sentence-classes.js";

/**
 * Where the paragraphs of a text begin, in bytes: at the first line after others that have
 * nothing but white space. These are of the paragraph before.
 */
export function paragraphStarts(text: Uint8Array): Int32Array {
	let isAfterBlank = false;
	let hasText = false;
	return lineStarts(text).filter((start, i, lines) => {
		const blank = isBlank(text, start, lines[i + 1] ?? text.length);
		const begins = i === 0 || (isAfterBlank && !blank && hasText);
		isAfterBlank = blank;
		hasText ||= !blank;
		return begins;
	});
}

/**
 * Those of them that begin with a capital letter, and the first: another joins the one before
 * (InftyThink, 2503.06692).
 */
export function capitalParagraphStarts(text: Uint8Array): Int32Array {
	return paragraphStarts(text).filter(
		(start, i) => i === 0 || isCapital(text, start),
	);
}

function isBlank(text: Uint8Array, from: number, to: number): boolean {
	for (let at = from; at < to; at++) if (!isSpace(text[at])) return false;
	return true;
}

/** ASCII white space. */
function isSpace(byte: number): boolean {
	return byte === 32 || (byte >= 9 && byte <= 13);
}

function isCapital(text: Uint8Array, place: number): boolean {
	while (isSpace(text[place])) place++;
	const first = new TextDecoder()
		.decode(text.subarray(place, place + 4))
		.codePointAt(0);
	return first !== undefined && sentenceClass(first) === SentenceClass.Upper;
}
