// Strings are looked through sixteen bytes at once. Every line ends in a newline, which
// no string may hold, and 16 bytes more can be read.

import { FAILED, fail } from "./failure";

export const QUOTE: u32 = 0x22;
export const BACKSLASH: u32 = 0x5c;
const FIRST_PLAIN: i8 = 0x20;
const U: u32 = 0x75;
/** A backslash and `u` as one number. */
export const ESCAPE_U: u16 = 0x755c;

/** Whether the last string that was passed has an escape. */
export let hasEscape: bool = false;

/** Which of the next 16 bytes end a run: quotes, backslashes, control characters. */
// @inline
export function endsOfRun(bytes: v128): i32 {
	return i8x16.bitmask(
		v128.or(
			v128.or(
				i8x16.eq(bytes, i8x16.splat(<i8>QUOTE)),
				i8x16.eq(bytes, i8x16.splat(<i8>BACKSLASH)),
			),
			i8x16.lt_u(bytes, i8x16.splat(FIRST_PLAIN)),
		),
	);
}

/** Passes a string whose quote is before `at`; returns the address after its other quote. */
export function passString(at: usize): usize {
	hasEscape = false;
	while (true) {
		const ends = endsOfRun(v128.load(at));
		if (ends === 0) {
			at += 16;
			continue;
		}
		at += <usize>ctz(ends);
		const byte: u32 = load<u8>(at);
		if (byte === QUOTE) return at + 1;
		if (byte !== BACKSLASH) return fail(at);
		hasEscape = true;
		at = passEscape(at);
		if (at === FAILED) return FAILED;
	}
}

function passEscape(at: usize): usize {
	const letter: u32 = load<u8>(at, 1);
	if (letter !== U) return meaningOf(letter) === 0 ? fail(at + 1) : at + 2;
	return hexUnit(at + 2) < 0 ? failInHex(at + 2) : at + 6;
}

/** The byte that a backslash and a letter stand for; 0 for none, and for `u`. */
// @inline
export function meaningOf(letter: u32): u32 {
	return load<u8>(MEANINGS + <usize>letter);
}

/** The number of four hexadecimal digits; less than 0 where they are something else. */
// @inline
export function hexUnit(at: usize): i32 {
	return (
		(digitOf(at) << 12) |
		(digitOf(at + 1) << 8) |
		(digitOf(at + 2) << 4) |
		digitOf(at + 3)
	);
}

// @inline
function digitOf(at: usize): i32 {
	return load<i8>(DIGITS + <usize>load<u8>(at));
}

/** Fails at the first of some bytes that is no hexadecimal digit. */
export function failInHex(at: usize): usize {
	while (digitOf(at) >= 0) at++;
	return fail(at);
}

/** The end of the escape that `pointOfEscape` read. */
export let escapeEnd: usize = 0;

/**
 * The code point of a \u escape, or of two that are a surrogate pair; that of a surrogate
 * alone where it has no other half. Less than 0: not four hexadecimal digits.
 */
export function pointOfEscape(at: usize): i32 {
	const unit = hexUnit(at + 2);
	escapeEnd = at + 6;
	if ((unit & 0xfffffc00) !== 0xd800) return unit;
	if (load<u16>(at, 6) !== ESCAPE_U) return unit;
	const low = hexUnit(at + 8);
	if ((low & 0xfffffc00) !== 0xdc00) return unit;
	escapeEnd = at + 12;
	return 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
}

/**
 * Writes a code point in UTF-8, as if surrogates were characters; returns where it ends. Four
 * bytes may be written over.
 */
// @inline
export function putPoint(to: usize, point: u32): usize {
	if (point < 0x80) {
		store<u8>(to, point);
		return to + 1;
	}
	const last = 0x80 | (point & 0x3f);
	if (point < 0x800) {
		store<u16>(to, 0xc0 | (point >>> 6) | (last << 8));
		return to + 2;
	}
	const middle = 0x80 | ((point >>> 6) & 0x3f);
	if (point < 0x10000) {
		store<u32>(to, 0xe0 | (point >>> 12) | (middle << 8) | (last << 16));
		return to + 3;
	}
	const second = 0x80 | ((point >>> 12) & 0x3f);
	store<u32>(
		to,
		0xf0 | (point >>> 18) | (second << 8) | (middle << 16) | (last << 24),
	);
	return to + 4;
}

const MEANINGS: usize = memory.data(256);
const DIGITS: usize = memory.data(256);

function addMeaning(letter: usize, byte: u8): void {
	store<u8>(MEANINGS + letter, byte);
}

addMeaning(0x22, 0x22);
addMeaning(0x5c, 0x5c);
addMeaning(0x2f, 0x2f);
addMeaning(0x62, 0x08);
addMeaning(0x66, 0x0c);
addMeaning(0x6e, 0x0a);
addMeaning(0x72, 0x0d);
addMeaning(0x74, 0x09);
memory.fill(DIGITS, 0xff, 256);
for (let digit: usize = 0; digit < 10; digit++)
	store<u8>(DIGITS + 0x30 + digit, <u8>digit);
for (let digit: usize = 10; digit < 16; digit++) {
	store<u8>(DIGITS + 0x41 - 10 + digit, <u8>digit);
	store<u8>(DIGITS + 0x61 - 10 + digit, <u8>digit);
}
