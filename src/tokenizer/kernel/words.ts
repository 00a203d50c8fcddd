// Words and where their tokens are, 32 bytes each; and looking many of them up, step by
// step: so the loads of one step do not wait for each other, nor for a branch that
// cannot be foreseen.

import {
	addEntry,
	addSingle,
	countOfEntry,
	findEntry,
	findSingle,
	firstBytes,
	hashRest,
	hashStart,
	indexSet,
	isEntryOf,
	isSingle,
	lengthOfTag,
	singleEnd,
	singleSet,
	singleToken,
	tokensOfEntry,
} from "./cache";
import { out, writeTo } from "./output";
import { readAhead } from "./read-ahead";
import { WORD_BYTES } from "./room";

const START: usize = 0;
const TAG: usize = 4;
const HASH: usize = 8;
/** Where its tokens are, and how many. */
const FOUND: usize = 16;
const COUNT: usize = 20;
/** The token, where it is one. */
const TOKEN: usize = 24;

export function setWord(word: usize, start: usize, tag: u32): void {
	store<u32>(word, <u32>start, START);
	store<u32>(word, tag, TAG);
}

export function startOf(word: usize): usize {
	return load<u32>(word, START);
}

export function tagOfWord(word: usize): u32 {
	return load<u32>(word, TAG);
}

/** Known once it has been looked up. */
export function hashOfWord(word: usize): u64 {
	return load<u64>(word, HASH);
}

export function tokensOf(word: usize): usize {
	return load<u32>(word, FOUND);
}

export function countOf(word: usize): u32 {
	return load<u32>(word, COUNT);
}

export function setTokens(word: usize, tokens: usize, count: u32): void {
	store<u32>(word, <u32>tokens, FOUND);
	store<u32>(word, count, COUNT);
}

export function setToken(word: usize, token: i32): void {
	store<i32>(word, token, TOKEN);
	setTokens(word, word + TOKEN, 1);
}

/**
 * Looks words up in the cache. Lists at `unknown` those that are not there, int32 each,
 * and returns the list's end. As many int32 and one are written at `addresses`.
 */
export function lookUp(
	words: usize,
	end: usize,
	unknown: usize,
	addresses: usize,
): usize {
	let to = addresses;
	for (let word = words; word < end; word += WORD_BYTES, to += 4) {
		const start = startOf(word);
		const mask = firstBytes(lengthOfTag(tagOfWord(word)));
		const low = load<u64>(start) & load<u64>(mask);
		const high = load<u64>(start, 8) & load<u64>(mask, 8);
		const hash = hashStart(low, high);
		store<u64>(word, hash, HASH);
		store<u32>(to, <u32>singleSet(hash));
	}
	readAhead(addresses, to);
	to = addresses;
	let listEnd = unknown;
	for (let word = words; word < end; word += WORD_BYTES, to += 4) {
		const start = startOf(word);
		const tag = tagOfWord(word);
		const mask = firstBytes(lengthOfTag(tag));
		const low = load<u64>(start) & load<u64>(mask);
		const high = load<u64>(start, 8) & load<u64>(mask, 8);
		const set: usize = load<u32>(to);
		const found = findSingle(set, low, singleEnd(high, tag));
		setToken(word, singleToken(set, found));
		store<u32>(listEnd, <u32>word);
		listEnd += (<usize>(found === 0)) << 2;
	}
	to = addresses;
	for (let at = unknown; at < listEnd; at += 4, to += 4) {
		const word: usize = load<u32>(at);
		const length = lengthOfTag(tagOfWord(word));
		let hash = hashOfWord(word);
		if (length > 16) {
			hash = hashRest(hash, startOf(word), length);
			store<u64>(word, hash, HASH);
		}
		store<u32>(to, <u32>indexSet(hash));
	}
	readAhead(addresses, to);
	to = addresses;
	for (let at = unknown; at < listEnd; at += 4, to += 4) {
		const word: usize = load<u32>(at);
		store<u32>(to, <u32>findEntry(hashOfWord(word), tagOfWord(word)));
	}
	readAhead(addresses, to);
	to = addresses;
	let left = unknown;
	for (let at = unknown; at < listEnd; at += 4, to += 4) {
		const word: usize = load<u32>(at);
		const entry: usize = load<u32>(to);
		const length = lengthOfTag(tagOfWord(word));
		setTokens(word, tokensOfEntry(entry, length), countOfEntry(entry));
		store<u32>(left, <u32>word);
		left += (<usize>!isEntryOf(entry, startOf(word), length)) << 2;
	}
	return left;
}

/** Writes the tokens of words that are found. */
export function writeTokens(words: usize, end: usize): void {
	let to = out;
	for (let word = words; word < end; word += WORD_BYTES) {
		const tokens = tokensOf(word);
		const count: usize = countOf(word);
		v128.store(to, v128.load(tokens));
		for (let i: usize = 4; i < count; i += 4)
			v128.store(to + (i << 2), v128.load(tokens + (i << 2)));
		to += count << 2;
	}
	writeTo(to);
}

/** Looks up by itself a word whose hash is known; false when it is not in the cache. */
export function findAgain(word: usize): bool {
	const start = startOf(word);
	const tag = tagOfWord(word);
	const hash = hashOfWord(word);
	const length = lengthOfTag(tag);
	if (isSingle(length)) {
		const mask = firstBytes(length);
		const low = load<u64>(start) & load<u64>(mask);
		const high = load<u64>(start, 8) & load<u64>(mask, 8);
		const set = singleSet(hash);
		const found = findSingle(set, low, singleEnd(high, tag));
		if (found !== 0) {
			setToken(word, singleToken(set, found));
			return true;
		}
	}
	const entry = findEntry(hash, tag);
	if (!isEntryOf(entry, start, length)) return false;
	setTokens(word, tokensOfEntry(entry, length), countOfEntry(entry));
	return true;
}

/** Puts a word that is one token into the cache. */
export function rememberToken(word: usize, token: i32): void {
	const start = startOf(word);
	const tag = tagOfWord(word);
	const hash = hashOfWord(word);
	if (isSingle(lengthOfTag(tag))) addSingle(start, tag, hash, token);
	else store<i32>(addEntry(start, tag, hash, 1), token);
	setToken(word, token);
}

/** Puts a word into the cache; returns where its tokens are to be written. */
export function rememberTokens(word: usize, count: u32): usize {
	const tokens = addEntry(
		startOf(word),
		tagOfWord(word),
		hashOfWord(word),
		count,
	);
	setTokens(word, tokens, count);
	return tokens;
}
