// Tokens that stand for bytes, where characters have none.

import { BLOCK_POINT } from "../layout";
import { byteIds, spaceIsBlock } from "./memory";
import { put } from "./output";

/** Whether all bytes of a text have a token. */
export function hasBytes(start: usize, end: usize): bool {
	for (let at = start; at < end; at++) {
		const byte: u32 = load<u8>(at);
		if (byte === 0x20 && spaceIsBlock) {
			if (idOfByte(FIRST) < 0 || idOfByte(SECOND) < 0 || idOfByte(THIRD) < 0)
				return false;
		} else if (idOfByte(byte) < 0) return false;
	}
	return true;
}

/** Writes the ids of a text's bytes. */
export function writeBytes(start: usize, end: usize): void {
	for (let at = start; at < end; at++) {
		const byte: u32 = load<u8>(at);
		if (byte === 0x20 && spaceIsBlock) {
			put(idOfByte(FIRST));
			put(idOfByte(SECOND));
			put(idOfByte(THIRD));
		} else put(idOfByte(byte));
	}
}

/** U+2581 in UTF-8. */
const FIRST: u32 = 0xe0 | (BLOCK_POINT >>> 12);
const SECOND: u32 = 0x80 | ((BLOCK_POINT >>> 6) & 0x3f);
const THIRD: u32 = 0x80 | (BLOCK_POINT & 0x3f);

function idOfByte(byte: u32): i32 {
	return load<i32>(byteIds + ((<usize>byte) << 2));
}
