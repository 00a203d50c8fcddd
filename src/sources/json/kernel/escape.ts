// Texts in UTF-8 as JSON.stringify writes them between two quotes. 32 bytes beyond a text can be
// read, and 32 beyond what is written be written over.

import { BACKSLASH, endsOfRun, QUOTE } from "./strings";

/** Of each byte that JSON must escape: its escape, as it lies in memory, and in the last of eight bytes how long that is. */
const ESCAPES: usize = memory.data(8 * 0x60);
const LENGTH: usize = 7;
const U: u8 = 0x75;

/** Writes the text from `at` to `end` to `to`; returns where it ends there. */
export function escapeText(at: usize, end: usize, to: usize): usize {
	while (at < end) {
		const first = v128.load(at);
		const second = v128.load(at, 16);
		v128.store(to, first);
		v128.store(to, second, 16);
		const ends = endsOfRun(first) | (endsOfRun(second) << 16);
		const plain: usize = ends === 0 ? 32 : <usize>ctz(ends);
		if (plain >= end - at) return to + (end - at);
		at += plain;
		to += plain;
		if (ends === 0) continue;
		const written = load<u64>(ESCAPES + ((<usize>load<u8>(at)) << 3));
		store<u64>(to, written);
		to += <usize>(written >>> 56);
		at++;
	}
	return to;
}

/** How many bytes from `at` to `end` begin a code point. */
export function countCharacters(at: usize, end: usize): u32 {
	let count: u32 = 0;
	for (; end - at >= 16; at += 16) count += popcnt(beginsOf(v128.load(at)));
	const rest = (1 << (<u32>(end - at))) - 1;
	return count + popcnt(beginsOf(v128.load(at)) & rest);
}

/** Which of 16 bytes begin a code point: those that are not 10xxxxxx. */
// @inline
function beginsOf(bytes: v128): u32 {
	return i8x16.bitmask(i8x16.gt_s(bytes, i8x16.splat(-65)));
}

function addLetter(byte: usize, letter: u8): void {
	const at = ESCAPES + (byte << 3);
	store<u8>(at, BACKSLASH);
	store<u8>(at, letter, 1);
	store<u8>(at, 2, LENGTH);
}

function addNumber(byte: usize): void {
	const at = ESCAPES + (byte << 3);
	addLetter(byte, U);
	store<u8>(at, 0x30, 2);
	store<u8>(at, 0x30, 3);
	store<u8>(at, hexDigit(byte >>> 4), 4);
	store<u8>(at, hexDigit(byte & 15), 5);
	store<u8>(at, 6, LENGTH);
}

function hexDigit(value: usize): u8 {
	return <u8>(value < 10 ? 0x30 + value : 0x61 - 10 + value);
}

for (let byte: usize = 0; byte < 0x20; byte++) addNumber(byte);
addLetter(QUOTE, <u8>QUOTE);
addLetter(BACKSLASH, <u8>BACKSLASH);
addLetter(0x08, 0x62);
addLetter(0x0c, 0x66);
addLetter(0x0a, 0x6e);
addLetter(0x0d, 0x72);
addLetter(0x09, 0x74);
