import {
	FOUND,
	findAdded,
	isSpecial,
	NONE,
	outcome,
	tokenEnd,
	tokenId,
} from "./added";
import { encodeCharacters } from "./characters";
import { addedFirst, byCharacter } from "./memory";
import { toByteOffsets } from "./offsets";
import { put, writeTo } from "./output";
import { flush } from "./queue";
import { encodeSplit } from "./split";
import { encodeWord } from "./word";

const SPACE: u8 = 0x20;
/** Bits of `how`. From here on what `PREFIX` in ../bpe-shape.ts says. */
const PREFIX: i32 = 1;
const EVEN_BEFORE_SPACE: i32 = 2;
const ONLY_FIRST: i32 = 4;
/** A document begins here; a stretch of text does; the text ends here. */
const IS_FIRST: i32 = 8;
const IS_NEW: i32 = 16;
const IS_LAST: i32 = 32;
/** Added tokens are to be found. */
const FINDS_ADDED: i32 = 64;

/** Whether the stretch of text that goes on has had its prefix. */
let inStretch: bool = false;
let isFirst: bool = false;
let met: i32 = 0;

/** How many special tokens were found in texts so far, modulo 2^32. */
export function specialsMet(): i32 {
	return met;
}

/**
 * Encodes UTF-8 from `start` to `end`; the ids go to `output`. The byte before
 * `start` is free to be written to, and 32 bytes after `end` to be read.
 * @returns where the bytes begin that belong to the next call.
 */
export function encode(
	start: usize,
	end: usize,
	output: usize,
	how: i32,
): usize {
	writeTo(output);
	const done = encodeText(start, end, how);
	flush();
	return done;
}

function encodeText(start: usize, end: usize, how: i32): usize {
	const isLast = (how & IS_LAST) !== 0;
	const findsAdded = addedFirst !== 0 && (how & FINDS_ADDED) !== 0;
	if ((how & IS_NEW) !== 0) {
		inStretch = false;
		isFirst = (how & IS_FIRST) !== 0;
	}
	let at = start;
	while (at < end) {
		let stop = end;
		let found = NONE;
		if (findsAdded) {
			stop = findAdded(at, end, isLast);
			found = outcome;
		}
		const isClosed = found === FOUND || (found === NONE && isLast);
		if (stop > at) {
			if (!inStretch) at = withPrefix(at, how);
			const done = byCharacter
				? encodeCharacters(at, stop, isClosed)
				: encodeSplit(0, at, stop, isClosed);
			if (!isClosed) return done;
		} else if (!isClosed) return at;
		if (found !== FOUND) return end;
		flush();
		put(tokenId);
		met += <i32>isSpecial;
		at = tokenEnd;
		inStretch = false;
		isFirst = false;
	}
	return end;
}

/** Puts a space before the text at an address, where the tokenizer wants one. */
function withPrefix(at: usize, how: i32): usize {
	const isWanted =
		(how & PREFIX) !== 0 &&
		(isFirst || (how & ONLY_FIRST) === 0) &&
		((how & EVEN_BEFORE_SPACE) !== 0 || !beginsWithSpace(at));
	inStretch = true;
	isFirst = false;
	if (!isWanted) return at;
	store<u8>(at - 1, SPACE);
	return at - 1;
}

function beginsWithSpace(at: usize): bool {
	if (load<u8>(at) === SPACE) return true;
	// U+2581, which stands for a space.
	return (
		byCharacter !== 0 &&
		load<u8>(at) === 0xe2 &&
		load<u8>(at, 1) === 0x96 &&
		load<u8>(at, 2) === 0x81
	);
}

/**
 * Encodes words of the text at `text`, given by ascending offsets in UTF-16
 * units, two int32 each: begin and end.
 */
export function encodeSpans(
	text: usize,
	spans: usize,
	count: i32,
	output: usize,
): void {
	writeTo(output);
	toByteOffsets(text, spans, count * 2);
	for (let i = 0; i < count; i++) {
		const span = spans + ((<usize>i) << 3);
		encodeWord(load<u32>(span), load<u32>(span, 4));
	}
	flush();
}
