// The wanted texts, unescaped. They are written over the lines, from 16 bytes before these
// on. No text is longer than its string, so what is written is always 16 bytes behind what is read.

import { fail } from "./failure";
import { linesAt } from "./memory";
import {
	BACKSLASH,
	endsOfRun,
	escapeEnd,
	failInHex,
	meaningOf,
	pointOfEscape,
	putPoint,
	QUOTE,
} from "./strings";

/** How far the texts are written before the lines. From here on what `BEHIND` in ../json-scanner.ts says. */
const BEHIND: usize = 16;
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
		const bytes = v128.load(at);
		v128.store(to, bytes);
		const ends = endsOfRun(bytes);
		if (ends === 0) {
			at += 16;
			to += 16;
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
		const point = pointOfEscape(at);
		if (point < 0) return failInHex(at + 2);
		at = escapeEnd;
		to = putPoint(to, (point & 0xfffff800) === 0xd800 ? REPLACEMENT : point);
	}
}
