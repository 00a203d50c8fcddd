// Grapheme clusters as the Rust library finds them, by Unicode 17 (annex 29). Intl.Segmenter has
// the Unicode of its JavaScript.

import { eachRange } from "../unicode-tables.js";
import { breaksOfUnicode17 } from "./unicode-tables.js";

// 0: any other.
const CR = 1;
const LF = 2;
const CONTROL = 3;
const EXTEND = 4;
const JOINER = 5;
const SPACING_MARK = 6;
const PREPEND = 7;
const REGIONAL = 8;
const PICTOGRAPH = 9;
const LEADING = 10;
const VOWEL = 11;
const TRAILING = 12;
const SYLLABLE_LV = 13;
const SYLLABLE_LVT = 14;
const CONJUNCT_CONSONANT = 15;
const CLASS = 15;
/** Beside the class: links a consonant to the next one, or may stand between them. */
const LINKER = 16;
const CONJUNCT_EXTEND = 32;

let classes: Uint8Array | null = null;

function classOf(point: number): number {
	classes ??= readClasses();
	return classes[point];
}

function readClasses(): Uint8Array {
	const all = new Uint8Array(0x110000);
	const set = (ranges: string, value: number) =>
		eachRange(ranges, (begin, end) => all.fill(value, begin, end));
	const sets = breaksOfUnicode17;
	set(sets.conjunctConsonant, CONJUNCT_CONSONANT);
	set(sets.pictograph, PICTOGRAPH);
	set(sets.control, CONTROL);
	set(sets.extend, EXTEND);
	set(sets.spacingMark, SPACING_MARK);
	set(sets.prepend, PREPEND);
	set(sets.regional, REGIONAL);
	set(sets.leading, LEADING);
	set(sets.vowel, VOWEL);
	set(sets.trailing, TRAILING);
	for (let point = 0xac00; point < 0xd7a4; point++)
		all[point] = (point - 0xac00) % 28 === 0 ? SYLLABLE_LV : SYLLABLE_LVT;
	all[0x0d] = CR;
	all[0x0a] = LF;
	all[0x200d] = JOINER;
	const mark = (ranges: string, bit: number) =>
		eachRange(ranges, (begin, end) => {
			for (let point = begin; point < end; point++) all[point] |= bit;
		});
	mark(sets.conjunctLinker, LINKER);
	mark(sets.conjunctExtend, CONJUNCT_EXTEND);
	return all;
}

/** Whether a character goes on with a grapheme of any other but control characters. */
export function lengthens(point: number): boolean {
	const own = classOf(point) & CLASS;
	return own >= EXTEND && own <= SPACING_MARK;
}

/**
 * The end of the grapheme that begins at a place, if it has several characters and fewer than
 * six bytes of UTF-8; else -1. None of them has flags, of which two have eight bytes.
 */
export function endOfShortGrapheme(text: string, begin: number): number {
	let point = text.codePointAt(begin) as number;
	let bytes = bytesOf(point);
	let end = begin + width(point);
	let count = 1;
	while (end < text.length) {
		const next = text.codePointAt(end) as number;
		if (isBreak(text, begin, end, classOf(point), classOf(next))) break;
		bytes += bytesOf(next);
		if (bytes >= 6) return -1;
		end += width(next);
		point = next;
		count++;
	}
	return count > 1 && isBoundary(text, begin) ? end : -1;
}

const width = (point: number) => (point > 0xffff ? 2 : 1);

function bytesOf(point: number): number {
	if (point < 0x80) return 1;
	if (point < 0x800) return 2;
	return point < 0x10000 ? 3 : 4;
}

function isBoundary(text: string, at: number): boolean {
	if (at === 0) return true;
	return isBreak(
		text,
		0,
		at,
		classOf(pointBefore(text, at)),
		classOf(text.codePointAt(at) as number),
	);
}

/** @param from The text before it is not looked at. */
function isBreak(
	text: string,
	from: number,
	at: number,
	before: number,
	after: number,
): boolean {
	const left = before & CLASS;
	const right = after & CLASS;
	if (left === CR && right === LF) return false;
	if (left >= CR && left <= CONTROL) return true;
	switch (right) {
		case CR:
		case LF:
		case CONTROL:
			return true;
		case EXTEND:
		case JOINER:
		case SPACING_MARK:
			return false;
		case LEADING:
		case SYLLABLE_LV:
		case SYLLABLE_LVT:
			return left !== LEADING && left !== PREPEND;
		case VOWEL:
			return (
				left !== LEADING &&
				left !== SYLLABLE_LV &&
				left !== VOWEL &&
				left !== PREPEND
			);
		case TRAILING:
			return (
				left !== SYLLABLE_LV &&
				left !== VOWEL &&
				left !== SYLLABLE_LVT &&
				left !== TRAILING &&
				left !== PREPEND
			);
	}
	if (left === PREPEND) return false;
	if (right === CONJUNCT_CONSONANT) return !isConjunct(text, from, at);
	if (right === PICTOGRAPH && left === JOINER)
		return !joinsPictographs(text, from, at);
	return right !== REGIONAL || left !== REGIONAL;
}

function isConjunct(text: string, from: number, at: number): boolean {
	let links = false;
	for (let i = at; i > from; ) {
		const point = pointBefore(text, i);
		const before = classOf(point);
		if (before & LINKER) links = true;
		else if ((before & CONJUNCT_EXTEND) === 0)
			return links && (before & CLASS) === CONJUNCT_CONSONANT;
		i -= width(point);
	}
	return false;
}

/** @param at After a joiner. */
function joinsPictographs(text: string, from: number, at: number): boolean {
	for (let i = at - 1; i > from; ) {
		const point = pointBefore(text, i);
		const before = classOf(point) & CLASS;
		if (before !== EXTEND) return before === PICTOGRAPH;
		i -= width(point);
	}
	return false;
}

function pointBefore(text: string, at: number): number {
	const unit = text.charCodeAt(at - 1);
	const isLow = unit >= 0xdc00 && unit < 0xe000 && at > 1;
	return isLow ? (text.codePointAt(at - 2) as number) : unit;
}
