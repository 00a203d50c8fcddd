// The symbols that merging begins with: bytes, or characters that their bytes always
// merge to; or characters, and bytes for those that have no token.

import { BLOCK_POINT } from "../layout";
import {
	byCharacter,
	characterPages,
	characterSymbols,
	idOfSymbol,
	symbolOfByte as symbolsOfBytes,
} from "./memory";
import { put } from "./output";
import { codePointAt, lengthOf } from "./utf8";

export const SPACE: u32 = 0x20;

export function writeSymbols(start: usize, end: usize): void {
	let at = start;
	while (at < end) {
		const first: u32 = load<u8>(at);
		const length = lengthOf(first);
		const point = characterOf(codePointAt(at, first));
		const symbol =
			first < 0x80 && !byCharacter
				? symbolOfByte(first)
				: symbolOfCharacter(point);
		if (symbol >= 0) put(symbol);
		else if (point === BLOCK_POINT && length === 1) {
			// U+2581 in UTF-8.
			put(symbolOfByte(0xe2));
			put(symbolOfByte(0x96));
			put(symbolOfByte(0x81));
		} else
			for (let i: usize = 0; i < length; i++)
				put(symbolOfByte(load<u8>(at + i)));
		at += length;
	}
}

export function symbolOfByte(byte: u32): i32 {
	return load<i32>(symbolsOfBytes + ((<usize>byte) << 2));
}

/** The symbol of a character, or -1. */
export function symbolOfCharacter(point: u32): i32 {
	const page: usize = load<u16>(characterPages + ((<usize>point >>> 8) << 1));
	return load<i32>(characterSymbols + (((page << 8) + (point & 0xff)) << 2));
}

/** The character that a vocabulary has for one of the text. */
export function characterOf(point: u32): u32 {
	return byCharacter && point === SPACE ? BLOCK_POINT : point;
}

/** The id of the token that a symbol stands for. */
export function idOf(symbol: u32): i32 {
	return load<i32>(idOfSymbol + ((<usize>symbol) << 2));
}
