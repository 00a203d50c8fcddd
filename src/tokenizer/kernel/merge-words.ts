// Words that are not in the cache, by BPE: whole from the vocabulary where that comes first,
// else by merging; in turns while they are short, in pieces when they are long.

import { isPieceTag, lengthOfTag, MAX_WORD, tagOf } from "./cache";
import { cameBefore, forgetCame } from "./came";
import { nextCut } from "./cuts";
import { room, words } from "./memory";
import { mergeNow } from "./merge";
import { out } from "./output";
import { readAhead } from "./read-ahead";
import { rememberFrom } from "./remember";
import {
	PIECE_WORDS,
	PIECES,
	PIECES_ADDRESSES,
	PIECES_UNKNOWN,
	WORD_BYTES,
} from "./room";
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
	setTokens,
	setWord,
	startOf,
	tagOfWord,
	tokensOf,
	writeTokens,
} from "./words";

/**
 * Takes a list of words, int32 each; it is written to, and as many int32 and one at
 * `addresses`.
 */
export function mergeWords(list: usize, end: usize, addresses: usize): void {
	if (words !== 0) readTokensAhead(list, end, addresses);
	forgetCame();
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
	const pieces = room + PIECES;
	const full = pieces + (PIECE_WORDS - MAX_WORD) * WORD_BYTES;
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
	const list = room + PIECES_UNKNOWN;
	const listEnd = lookUp(pieces, end, list, room + PIECES_ADDRESSES);
	forgetCame();
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
