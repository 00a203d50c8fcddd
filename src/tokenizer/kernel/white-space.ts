import { findInSet } from "./byte-set";
import { encodeWord } from "./word";

const SPACE: u8 = 0x20;
/** The set (see ./byte-set) of bytes that white space begins with, as characters do that are none. */
const FIRST_BYTES: usize = memory.data<u8>([
	0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x04, 0, 0x0e, 0, 0x3e, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

/** Cuts a text at white space, and puts a space before each word, over what was there; as `encodeSplit`. */
export function encodeWhiteSpace(
	start: usize,
	end: usize,
	isClosed: bool,
): usize {
	let at = start;
	while (true) {
		for (let length = lengthOfSpace(at); length > 0 && at < end; ) {
			at += length;
			length = lengthOfSpace(at);
		}
		if (at >= end) return end;
		let stop = findInSet(at, end, FIRST_BYTES);
		while (stop < end && lengthOfSpace(stop) === 0)
			stop = findInSet(stop + 1, end, FIRST_BYTES);
		if (stop === end && !isClosed) return at;
		store<u8>(at - 1, SPACE);
		encodeWord(at - 1, stop);
		at = stop;
	}
}

/** Bytes of the white space at an address, 0 where there is none. */
function lengthOfSpace(at: usize): usize {
	const first: u32 = load<u8>(at);
	if (first < 0x80) return first === 0x20 || first - 9 < 5 ? 1 : 0;
	const second: u32 = load<u8>(at, 1);
	// U+0085, U+00A0.
	if (first === 0xc2) return second === 0x85 || second === 0xa0 ? 2 : 0;
	const last: u32 = load<u8>(at, 2);
	// U+1680, U+3000.
	if (first === 0xe1) return second === 0x9a && last === 0x80 ? 3 : 0;
	if (first === 0xe3) return second === 0x80 && last === 0x80 ? 3 : 0;
	if (first !== 0xe2) return 0;
	// U+2000 to U+200A, U+2028, U+2029, U+202F; U+205F.
	if (second === 0x81) return last === 0x9f ? 3 : 0;
	const isSpace =
		last <= 0x8a || last === 0xa8 || last === 0xa9 || last === 0xaf;
	return second === 0x80 && isSpace ? 3 : 0;
}
