// Where a text is one word (SentencePiece), it is cut before and after spaces and
// line breaks, where no merge reaches across.

import { codePointAt } from "./utf8";
import { encodeWord, mayJoin } from "./word";

const SPACE: u32 = 0x20;
const NEWLINE: u32 = 0x0a;

/** As `encodeSplit`. */
export function encodeCharacters(
	start: usize,
	end: usize,
	isClosed: bool,
): usize {
	let word = start;
	let before: u32 = load<u8>(start);
	for (let at = start + 1; at < end; at++) {
		const byte: u32 = load<u8>(at);
		const isBorder =
			byte === SPACE ||
			byte === NEWLINE ||
			before === SPACE ||
			before === NEWLINE;
		if (
			isBorder &&
			byte !== before &&
			!mayJoin(pointBefore(at), codePointAt(at, byte))
		) {
			encodeWord(word, at);
			word = at;
		}
		before = byte;
	}
	if (!isClosed) return word;
	encodeWord(word, end);
	return end;
}

function pointBefore(at: usize): u32 {
	let start = at - 1;
	while ((load<u8>(start) & 0xc0) === 0x80) start--;
	return codePointAt(start, load<u8>(start));
}
