// The wanted texts, unescaped. They are written over the lines, from 32 bytes before these on:
// no text is longer than its string, so 32 bytes that are written reach no byte that is yet to be read.

import { fail } from "./failure";
import { linesAt } from "./memory";
import {
	BACKSLASH,
	ESCAPE_U,
	endsOfRun,
	escapeEnd,
	failInHex,
	hexUnit,
	meaningOf,
	pointOfEscape,
	putPoint,
	QUOTE,
} from "./strings";

/** How far the texts are written before the lines. From here on what `BEHIND` in ../scanner.ts says. */
const BEHIND: usize = 32;
const U: u32 = 0x75;
const REPLACEMENT: u32 = 0xfffd;

/** Where the texts end so far, and those of the lines before this one. */
let out: usize = 0;
let outBefore: usize = 0;

/** Begins with lines that have been placed. */
export function beginTexts(): void {
	out = linesAt - BEHIND;
	outBefore = out;
}

/** Bytes of the texts of the lines before this one. */
export function textLength(): usize {
	return outBefore - (linesAt - BEHIND);
}

/** Takes the line's text for good. */
export function keepText(): void {
	outBefore = out;
}

/** Takes back the line's text. */
export function dropText(): void {
	out = outBefore;
}

/** As `passString`, and its text goes to the output; a surrogate alone becomes U+FFFD. */
export function copyString(at: usize): usize {
	let to = out;
	while (true) {
		const first = v128.load(at);
		const second = v128.load(at, 16);
		v128.store(to, first);
		v128.store(to, second, 16);
		const ends = endsOfRun(first) | (endsOfRun(second) << 16);
		if (ends === 0) {
			at += 32;
			to += 32;
			continue;
		}
		const plain = <usize>ctz(ends);
		at += plain;
		to += plain;
		const byte: u32 = load<u8>(at);
		if (byte !== BACKSLASH) {
			if (byte !== QUOTE) return fail(at);
			out = to;
			return at + 1;
		}
		const meaning = meaningOf(load<u8>(at, 1));
		if (meaning !== 0) {
			store<u8>(to, meaning);
			to++;
			at += 2;
			continue;
		}
		if (<u32>load<u8>(at, 1) !== U) return fail(at + 1);
		// Of some languages every character is written so.
		do {
			let point = hexUnit(at + 2);
			if (point < 0) return failInHex(at + 2);
			if (isSurrogate(point)) {
				point = pointOfEscape(at);
				if (isSurrogate(point)) point = REPLACEMENT;
				at = escapeEnd;
			} else at += 6;
			to = putPoint(to, point);
		} while (load<u16>(at) === ESCAPE_U);
	}
}

// @inline
function isSurrogate(point: u32): bool {
	return (point & 0xfffff800) === 0xd800;
}
