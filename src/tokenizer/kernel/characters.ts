// Where a text is one word (SentencePiece), it is cut before and after spaces and
// line breaks, where no merge reaches across.

import { mayJoin } from "./cuts";
import { codePointAt } from "./utf8";
import { encodeWord } from "./word";

const SPACE: i8 = 0x20;
const NEWLINE: i8 = 0x0a;

/** As `encodeSplit`. */
export function encodeCharacters(
	start: usize,
	end: usize,
	isClosed: bool,
): usize {
	let word = start;
	let at = start + 1;
	while (at < end) {
		// Sixteen places at once; reading past the end is safe.
		const borders = i8x16.bitmask(
			v128.or(isSpace(v128.load(at)), isSpace(v128.load(at - 1))),
		);
		if (borders === 0) {
			at += 16;
			continue;
		}
		at += <usize>ctz(borders);
		if (at >= end) break;
		const byte: u32 = load<u8>(at);
		if (
			byte !== <u32>load<u8>(at - 1) &&
			!mayJoin(pointBefore(at), codePointAt(at, byte))
		) {
			encodeWord(word, at);
			word = at;
		}
		at++;
	}
	if (!isClosed) return word;
	encodeWord(word, end);
	return end;
}

function isSpace(bytes: v128): v128 {
	return v128.or(
		i8x16.eq(bytes, i8x16.splat(SPACE)),
		i8x16.eq(bytes, i8x16.splat(NEWLINE)),
	);
}

function pointBefore(at: usize): u32 {
	let start = at - 1;
	while ((load<u8>(start) & 0xc0) === 0x80) start--;
	return codePointAt(start, load<u8>(start));
}
