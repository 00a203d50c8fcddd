import { Int32Buffer } from "../core/buffers.js";
import {
	mayEnd,
	mayEndHere,
	SentenceClass,
	sentenceClass,
} from "./sentence-classes.js";

const C = SentenceClass;
/** The class at the end of a text. */
const END = -1;

/**
 * Where the sentences of a text begin, in bytes, by the rules of Unicode 16 for any language
 * (UAX #29, SB1 to SB998). A sentence has the white space after it, and a line its ending.
 * @param text In UTF-8.
 */
export function sentenceStarts(text: Uint8Array): Int32Array {
	const starts = new Int32Buffer(64);
	if (text.length > 0) starts.push(0);
	const at = new Cursor(text);
	for (let place = 0; place < text.length; ) {
		const byte = text[place];
		if (
			mayEnd[byte] === 0 ||
			(byte >= 0xc0 && !mayEndHere(byte, text[place + 1]))
		) {
			place++;
			continue;
		}
		at.moveTo(place);
		if (at.class === C.ATerm || at.class === C.STerm) {
			const before = place;
			place = afterTerm(at, before);
			if (place < 0) {
				place = -place;
				continue;
			}
		} else if (isSeparator(at.class)) place = afterSeparator(at);
		else {
			place = at.next;
			continue;
		}
		if (place < text.length) starts.push(place);
	}
	return starts.view();
}

/** Moves past a separator of paragraphs: SB3, SB4. */
function afterSeparator(at: Cursor): number {
	const isReturn = at.class === C.CR;
	at.advance();
	if (isReturn && at.class === C.LF) at.advance();
	return at.place;
}

/**
 * Where the sentence ends that has a terminator at the cursor; where none ends, the place to go on
 * from, below 0.
 * @param term The place of the terminator.
 */
function afterTerm(at: Cursor, term: number): number {
	const isDot = at.class === C.ATerm;
	at.pass();
	const next = at.place;
	// SB6, SB7.
	if (isDot && at.class === C.Numeric) return -next;
	if (isDot && at.class === C.Upper && at.letterBefore(term)) return -next;
	while (at.class === C.Close) at.pass();
	while (at.class === C.Sp) at.pass();
	const end = at.place;
	// SB8a.
	if (at.class === C.SContinue || at.class === C.ATerm || at.class === C.STerm)
		return -end;
	if (isSeparator(at.class)) return afterSeparator(at);
	if (!isDot) return end;
	// SB8.
	while (at.isNoLetter()) at.advance();
	return at.class === C.Lower ? -at.place : end;
}

function isSeparator(of: number): boolean {
	return of === C.CR || of === C.LF || of === C.Sep;
}

/** A character of a text, and its class. */
class Cursor {
	place = 0;
	/** Where the next one begins. */
	next = 0;
	class: number = END;
	readonly #text: Uint8Array;

	constructor(text: Uint8Array) {
		this.#text = text;
	}

	moveTo(place: number): void {
		const text = this.#text;
		this.place = place;
		if (place >= text.length) {
			this.place = this.next = text.length;
			this.class = END;
			return;
		}
		const first = text[place];
		if (first < 0x80) {
			this.next = place + 1;
			this.class = sentenceClass(first);
			return;
		}
		const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
		let point = first & (0x7f >> length);
		for (let i = 1; i < length; i++)
			point = (point << 6) | (text[place + i] & 63);
		this.next = Math.min(place + length, text.length);
		this.class = point < 0x110000 ? sentenceClass(point) : C.Other;
	}

	advance(): void {
		this.moveTo(this.next);
	}

	/** Moves past a character and the marks on it: SB5. */
	pass(): void {
		do this.moveTo(this.next);
		while (this.class === C.Extend || this.class === C.Format);
	}

	/** Whether SB8 looks past the character for a small letter. */
	isNoLetter(): boolean {
		switch (this.class) {
			case END:
			case C.OLetter:
			case C.Upper:
			case C.Lower:
			case C.ATerm:
			case C.STerm:
			case C.CR:
			case C.LF:
			case C.Sep:
				return false;
			default:
				return true;
		}
	}

	/** Whether what is before a place, but for marks on it, is a letter that has a case. */
	letterBefore(place: number): boolean {
		const { place: here } = this;
		let of: number = C.Extend;
		while (place > 0 && (of === C.Extend || of === C.Format)) {
			do place--;
			while (place > 0 && (this.#text[place] & 0xc0) === 0x80);
			this.moveTo(place);
			of = this.class;
		}
		this.moveTo(here);
		return of === C.Upper || of === C.Lower;
	}
}
