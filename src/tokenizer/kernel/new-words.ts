// Words that are not in the cache: whole from the vocabulary where that comes first,
// else by merging; in turns while they are short, in pieces when they are long.

import { isPieceTag, lengthOfTag, MAX_WORD, tagOf } from "./cache";
import { nextCut } from "./cuts";
import { room, words } from "./memory";
import { mergeNow } from "./merge";
import { out, writeTo } from "./output";
import { QUEUE_BYTES } from "./queue";
import { readAhead } from "./read-ahead";
import {
	filterOf,
	findToken,
	mayBeToken,
	slotOf,
	wordBytesOf,
} from "./vocabulary";
import { mergeLater, mergeWaiting } from "./waiting";
import {
	countOf,
	findAgain,
	hashOfWord,
	lookUp,
	rememberToken,
	rememberTokens,
	setTokens,
	setWord,
	startOf,
	tagOfWord,
	tokensOf,
	WORD_BYTES,
	writeTokens,
} from "./words";

/** Pieces that are looked up together, and at the least those of one word. */
const PIECES: usize = 192;
const LIST_BYTES: usize = (PIECES << 2) + 16;
const PIECES_AT: usize = QUEUE_BYTES;
const UNKNOWN: usize = PIECES_AT + PIECES * WORD_BYTES;
const ADDRESSES: usize = UNKNOWN + LIST_BYTES;
/** A bit for the hashes of the words of a list that have come. */
const CAME: usize = ADDRESSES + LIST_BYTES;
const CAME_BYTES: usize = 256;
/** Bytes of `room` that are used by what is here and comes before. */
export const NEW_WORDS_END: usize = CAME + CAME_BYTES;

/**
 * Takes a list of words, int32 each; it is written to, and as many int32 and one at
 * `addresses`.
 */
export function addNewWords(list: usize, end: usize, addresses: usize): void {
	if (words !== 0) readTokensAhead(list, end, addresses);
	memory.fill(room + CAME, 0, CAME_BYTES);
	let long = list;
	for (let at = list; at < end; at += 4) {
		const word: usize = load<u32>(at);
		if (cameBefore(word) && findAgain(word)) continue;
		if (words !== 0 && mayBeWhole(word)) {
			const id = findToken(startOf(word), lengthOfTag(tagOfWord(word)));
			if (id >= 0) {
				rememberToken(word, id);
				continue;
			}
		}
		if (mergeLater(word)) continue;
		store<u32>(long, <u32>word);
		long += 4;
	}
	mergeWaiting();
	for (let at = list; at < long; ) at = addLongWords(at, long);
}

/** Whether a word may have come since the list was begun; it has now. */
function cameBefore(word: usize): bool {
	const hash = <usize>(hashOfWord(word) >>> 32);
	const at = room + CAME + (hash & (CAME_BYTES - 1));
	const bit = 1 << (<u32>(hash >>> 8) & 7);
	const bits: u32 = load<u8>(at);
	store<u8>(at, <u8>(bits | bit));
	return (bits & bit) !== 0;
}

function mayBeWhole(word: usize): bool {
	return !isPieceTag(tagOfWord(word)) && mayBeToken(hashOfWord(word));
}

/** Has what `findToken` reads read ahead. */
function readTokensAhead(list: usize, end: usize, addresses: usize): void {
	let to = addresses;
	for (let at = list; at < end; at += 4, to += 4)
		store<u32>(to, <u32>filterOf(hashOfWord(load<u32>(at))));
	readAhead(addresses, to);
	to = addresses;
	for (let at = list; at < end; at += 4) {
		const word: usize = load<u32>(at);
		if (!mayBeWhole(word)) continue;
		store<u32>(to, <u32>slotOf(startOf(word), lengthOfTag(tagOfWord(word))));
		to += 4;
	}
	readAhead(addresses, to);
	for (let at = addresses; at < to; at += 4)
		store<u32>(at, <u32>wordBytesOf(load<u32>(at)));
	readAhead(addresses, to);
}

/**
 * Merges long words by their pieces: as many of a list as there is room for. Returns
 * where the next begins.
 */
function addLongWords(list: usize, end: usize): usize {
	const pieces = room + PIECES_AT;
	const full = pieces + (PIECES - MAX_WORD) * WORD_BYTES;
	let piece = pieces;
	let next = list;
	for (; next < end && piece <= full; next += 4)
		piece = cutWord(load<u32>(next), piece);
	addPieces(pieces, piece);
	for (let at = list; at < next; at += 4) joinPieces(load<u32>(at));
	return next;
}

/** Writes a word's pieces, unless it is one; returns where the next ones go. */
function cutWord(word: usize, pieces: usize): usize {
	const start = startOf(word);
	const end = start + lengthOfTag(tagOfWord(word));
	let piece = pieces;
	for (let from = start; from < end; piece += WORD_BYTES) {
		const cut = nextCut(from, end);
		if (from === start && cut === end) break;
		setWord(piece, from, tagOf(cut - from, words !== 0));
		from = cut;
	}
	setTokens(word, pieces, <u32>((piece - pieces) / WORD_BYTES));
	return piece;
}

function addPieces(pieces: usize, end: usize): void {
	const list = room + UNKNOWN;
	const listEnd = lookUp(pieces, end, list, room + ADDRESSES);
	memory.fill(room + CAME, 0, CAME_BYTES);
	for (let at = list; at < listEnd; at += 4) {
		const piece: usize = load<u32>(at);
		if (cameBefore(piece) && findAgain(piece)) continue;
		if (!mergeLater(piece)) mergeAlone(piece);
	}
	mergeWaiting();
}

function joinPieces(word: usize): void {
	const count: usize = countOf(word);
	if (count === 0) {
		mergeAlone(word);
		return;
	}
	const pieces = tokensOf(word);
	const from = out;
	writeTokens(pieces, pieces + count * WORD_BYTES);
	rememberFrom(word, from);
}

/** Merges and remembers a word, or a piece, of too many symbols to wait. */
function mergeAlone(word: usize): void {
	const from = out;
	const start = startOf(word);
	mergeNow(start, start + lengthOfTag(tagOfWord(word)));
	rememberFrom(word, from);
}

/** Remembers the tokens written last, and takes them back from the output. */
function rememberFrom(word: usize, from: usize): void {
	const count = <u32>((out - from) >>> 2);
	writeTo(from);
	if (count === 1) rememberToken(word, load<i32>(from));
	else memory.copy(rememberTokens(word, count), from, (<usize>count) << 2);
}
