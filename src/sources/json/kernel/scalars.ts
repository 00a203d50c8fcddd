// Numbers and names of values.

import { fail } from "./failure";

const MINUS: u32 = 0x2d;
const PLUS: u32 = 0x2b;
const POINT: u32 = 0x2e;
const ZERO: u32 = 0x30;

/** Passes a value that begins with this byte and has no quotes or brackets; returns the address after it. */
export function passScalar(at: usize, byte: u32): usize {
	if (byte === MINUS || isDigit(byte)) return passNumber(at, byte);
	if (byte === 0x74) return passWord(at, 0x65757274);
	if (byte === 0x66) return passWord(at + 1, 0x65736c61);
	if (byte === 0x6e) return passWord(at, 0x6c6c756e);
	if (byte === 0x4e) return load<u16>(at, 1) === 0x4e61 ? at + 3 : fail(at);
	if (byte === 0x49) return passInfinity(at);
	return fail(at);
}

/** Passes a word of which the last four letters are these, the first of them lowest. */
function passWord(lastFour: usize, letters: u32): usize {
	const different = load<u32>(lastFour) ^ letters;
	return different === 0
		? lastFour + 4
		: fail(lastFour + <usize>(ctz(different) >>> 3));
}

function passInfinity(at: usize): usize {
	const isInfinity = load<u64>(at) === 0x7974696e69666e49;
	return isInfinity ? at + 8 : fail(at);
}

function passNumber(at: usize, byte: u32): usize {
	if (byte === MINUS) {
		at++;
		byte = load<u8>(at);
		if (byte === 0x49) return passInfinity(at);
	}
	if (!isDigit(byte)) return fail(at);
	// Where digits follow a zero, what follows the value is wrong.
	at = byte === ZERO ? at + 1 : passDigits(at);
	if (<u32>load<u8>(at) === POINT) {
		at++;
		if (!isDigit(load<u8>(at))) return fail(at);
		at = passDigits(at);
	}
	if ((<u32>load<u8>(at) | 0x20) === 0x65) {
		at++;
		const sign: u32 = load<u8>(at);
		if (sign === MINUS || sign === PLUS) at++;
		if (!isDigit(load<u8>(at))) return fail(at);
		at = passDigits(at);
	}
	return at;
}

function passDigits(at: usize): usize {
	do {
		at++;
	} while (isDigit(load<u8>(at)));
	return at;
}

// @inline
function isDigit(byte: u32): bool {
	return byte - ZERO < 10;
}
