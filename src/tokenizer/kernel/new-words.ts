// Words that are not in the cache: whole from the vocabulary where that comes first,
// else by merging; in turns while they are short, in pieces when they are long.

import { hashOf, isPieceTag, lengthOfTag, tagOf } from "./cache";
import { nextCut } from "./cuts";
import { words } from "./memory";
import { mergeNow } from "./merge";
import { out, writeTo } from "./output";
import {
	find,
	foundCount,
	foundTokens,
	hashOfWord,
	remember,
	rememberToken,
	setToken,
	setTokens,
	startOf,
	tagOfWord,
} from "./queue";
import { readAhead } from "./read-ahead";
import { filterOf, findToken, mayBeToken } from "./vocabulary";
import { mergeLater, mergeWaiting } from "./waiting";

/**
 * Takes a list of words of the queue, int32 each; it is written to, and as much from
 * `room` on.
 */
export function addNewWords(list: usize, count: i32, room: usize): void {
	const end = list + ((<usize>count) << 2);
	if (words !== 0) {
		let to = room;
		for (let at = list; at < end; at += 4, to += 4)
			store<u32>(to, <u32>filterOf(hashOfWord(load<u32>(at))));
		readAhead(room, to);
	}
	let long = list;
	for (let at = list; at < end; at += 4) {
		const word: usize = load<u32>(at);
		const start = startOf(word);
		const tag = tagOfWord(word);
		const hash = hashOfWord(word);
		// It may have come a few words ago.
		if (find(start, tag, hash)) {
			// One token: it may lie where others come to lie.
			if (foundCount === 1) setToken(word, load<i32>(foundTokens));
			else setTokens(word, foundTokens, foundCount);
			continue;
		}
		if (words !== 0 && !isPieceTag(tag) && mayBeToken(hash)) {
			const id = findToken(start, lengthOfTag(tag));
			if (id >= 0) {
				rememberToken(word, start, tag, hash, id);
				continue;
			}
		}
		if (mergeLater(word, start, tag, hash)) continue;
		store<u32>(long, <u32>word);
		long += 4;
	}
	mergeWaiting();
	if (long === list) return;
	for (let at = list; at < long; at += 4) addPieces(load<u32>(at));
	mergeWaiting();
	for (let at = list; at < long; at += 4) joinPieces(load<u32>(at));
}

/** Sees to it that the pieces of a word are in the cache. */
function addPieces(word: usize): void {
	const start = startOf(word);
	const end = start + lengthOfTag(tagOfWord(word));
	for (let from = start; from < end; ) {
		const cut = nextCut(from, end);
		if (from === start && cut === end) return;
		const tag = tagOf(cut - from, words !== 0);
		const hash = hashOf(from, tag);
		if (!find(from, tag, hash) && !mergeLater(0, from, tag, hash))
			mergeAlone(from, cut, tag, hash);
		from = cut;
	}
}

function joinPieces(word: usize): void {
	const start = startOf(word);
	const tag = tagOfWord(word);
	const hash = hashOfWord(word);
	const end = start + lengthOfTag(tag);
	const tokens = out;
	for (let from = start; from < end; ) {
		const cut = nextCut(from, end);
		const length = cut - from;
		const pieceTag = tagOf(length, words !== 0);
		if (length < end - start && find(from, pieceTag, hashOf(from, pieceTag))) {
			memory.copy(out, foundTokens, (<usize>foundCount) << 2);
			writeTo(out + ((<usize>foundCount) << 2));
		} else mergeNow(from, cut);
		from = cut;
	}
	const count = <u32>((out - tokens) >>> 2);
	writeTo(tokens);
	remember(word, start, tag, hash, tokens, count);
}

/** Merges and remembers a piece of too many symbols to wait. */
function mergeAlone(start: usize, end: usize, tag: u32, hash: u64): void {
	const tokens = out;
	mergeNow(start, end);
	const count = <u32>((out - tokens) >>> 2);
	writeTo(tokens);
	remember(0, start, tag, hash, tokens, count);
}
