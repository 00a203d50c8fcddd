import {
	HOW_EVEN_BEFORE_SPACE,
	HOW_FINDS_ADDED,
	HOW_IS_FIRST,
	HOW_IS_LAST,
	HOW_IS_NEW,
	HOW_ONLY_FIRST,
	HOW_PREFIX,
	SPLIT_JOINS,
	SPLIT_SPACES,
	SPLIT_WHITE_SPACE,
} from "../layout";
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
import { addedFirst, spaceIsBlock, splitting } from "./memory";
import { toByteOffsets } from "./offsets";
import { put, writeTo } from "./output";
import { flush } from "./queue";
import { encodeSpaces } from "./spaces";
import { encodeSplit } from "./split";
import { encodeWhiteSpace } from "./white-space";
import { encodeWord } from "./word";

const SPACE: u8 = 0x20;

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
	const isLast = (how & HOW_IS_LAST) !== 0;
	const findsAdded = addedFirst !== 0 && (how & HOW_FINDS_ADDED) !== 0;
	if ((how & HOW_IS_NEW) !== 0) {
		inStretch = false;
		isFirst = (how & HOW_IS_FIRST) !== 0;
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
			const done = encodeStretch(at, stop, isClosed);
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

function encodeStretch(start: usize, end: usize, isClosed: bool): usize {
	switch (splitting) {
		case SPLIT_JOINS:
			return encodeCharacters(start, end, isClosed);
		case SPLIT_SPACES:
			return encodeSpaces(start, end, isClosed);
		case SPLIT_WHITE_SPACE:
			return encodeWhiteSpace(start, end, isClosed);
		default:
			return encodeSplit(0, start, end, isClosed);
	}
}

/** Puts a space before the text at an address, where the tokenizer wants one. */
function withPrefix(at: usize, how: i32): usize {
	const isWanted =
		(how & HOW_PREFIX) !== 0 &&
		(isFirst || (how & HOW_ONLY_FIRST) === 0) &&
		((how & HOW_EVEN_BEFORE_SPACE) !== 0 || !beginsWithSpace(at));
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
		spaceIsBlock !== 0 &&
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
