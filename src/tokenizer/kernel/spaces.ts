import { encodeWord } from "./word";

const SPACE: i8 = 0x20;

/** Cuts a text before each space; as `encodeSplit`. */
export function encodeSpaces(start: usize, end: usize, isClosed: bool): usize {
	let word = start;
	// Reading past the end is safe.
	for (let at = start; at < end; at += 16) {
		let found = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(SPACE)));
		for (; found !== 0; found &= found - 1) {
			const space = at + <usize>ctz(found);
			if (space >= end) break;
			if (space > word) encodeWord(word, space);
			word = space;
		}
	}
	if (!isClosed) return word;
	encodeWord(word, end);
	return end;
}
