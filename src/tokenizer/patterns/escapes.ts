import { PatternError, unknownHere } from "./pattern-error.js";
import type { Reader } from "./reader.js";

const CONTROLS: Readonly<Record<string, number>> = {
	n: 10,
	t: 9,
	r: 13,
	f: 12,
	a: 7,
	b: 8,
	e: 27,
	v: 11,
};
const LAST_POINT = 0x10ffff;

/**
 * The code points of an escape that stands for characters, of which `letter` was read: one, or
 * several of `\x{61 62}`.
 */
export function escapedPoints(reader: Reader, letter: string): number[] {
	switch (letter) {
		case "x":
			if (reader.peek() === "{") return inBraces(reader, 16, 8, letter);
			return [character(reader, byte(reader, 16, 2), 16)];
		case "o":
			if (reader.peek() === "{") return inBraces(reader, 8, 11, letter);
			return [pointOf(letter)];
		case "u": {
			const digits = reader.digits(16, 4);
			if (digits.length < 4)
				throw new PatternError(
					`has fewer than 4 digits after \\u ${reader.place}`,
				);
			return [Number.parseInt(digits, 16)];
		}
		case "c":
			return [control(reader)];
		case "C":
			if (!reader.take("-"))
				throw new PatternError(`has \\C without "-" ${reader.place}`);
			return [control(reader)];
		case "M":
			throw unknownHere("\\M");
		default:
			return [CONTROLS[letter] ?? pointOf(letter)];
	}
}

/** The code point of an octal escape, `\0` to `\377`, of up to some digits. */
export function octalPoint(reader: Reader, most: number): number {
	return character(reader, byte(reader, 8, most), 8);
}

export function pointOf(letter: string): number {
	return letter.codePointAt(0) as number;
}

function inBraces(
	reader: Reader,
	base: 8 | 16,
	most: number,
	letter: string,
): number[] {
	const start = reader.at;
	reader.take("{");
	const points: number[] = [];
	for (;;) {
		const digits = reader.digits(base, most);
		if (digits === "") {
			// "\x{" without a number is the letter itself.
			if (points.length > 0 && reader.take("}")) return points;
			if (points.length > 0) throw wrongPoint(reader);
			reader.at = start;
			return [pointOf(letter)];
		}
		const point = Number.parseInt(digits, base);
		if (point > LAST_POINT) throw wrongPoint(reader);
		points.push(point);
		if (reader.take("}")) return points;
		if (!/^[ \n]$/.test(reader.peek())) throw wrongPoint(reader);
		while (/^[ \n]$/.test(reader.peek())) reader.at++;
	}
}

function byte(reader: Reader, base: 8 | 16, most: number): number {
	const value = Number.parseInt(`0${reader.digits(base, most)}`, base);
	if (value > 0xff) throw wrongPoint(reader);
	return value;
}

/** A character of which the first byte of its UTF-8 was read. */
function character(reader: Reader, first: number, base: 8 | 16): number {
	if (first < 0x80) return first;
	const more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
	const bytes = [first];
	for (let i = 0; i < more; i++) {
		if (!reader.take(base === 16 ? "\\x" : "\\")) throw wrongPoint(reader);
		bytes.push(byte(reader, base, base === 16 ? 2 : 3));
	}
	try {
		const text = new TextDecoder("utf-8", {
			fatal: true,
			ignoreBOM: true,
		}).decode(Uint8Array.from(bytes));
		return pointOf(text);
	} catch {
		throw wrongPoint(reader);
	}
}

function control(reader: Reader): number {
	const letter = reader.next("an escape");
	if (letter === "?") return 0x7f;
	if (letter === "\\")
		return escapedPoints(reader, reader.next("an escape"))[0] & 0x9f;
	return pointOf(letter) & 0x9f;
}

function wrongPoint(reader: Reader): PatternError {
	return new PatternError(`has an escape of no character ${reader.place}`);
}
