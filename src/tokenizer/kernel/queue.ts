// Words on their way to tokens. They are looked up many at a time, step by step: so
// the loads of one step do not wait for each other, nor for a branch that cannot be
// foreseen. Then the tokens are written, in the order of the words.

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
import { room } from "./memory";
import { addNewWords } from "./new-words";
import { out, writeTo } from "./output";
import { readAhead } from "./read-ahead";

/** Words that are looked up together. */
const PLACES: i32 = 128;
/** Columns of `room`, by word: int32 each, and hashes of eight bytes. */
const COLUMN: usize = 512;
const STARTS: usize = 0;
const TAGS: usize = COLUMN;
const HASHES: usize = 2 * COLUMN;
/** Where its tokens are, and how many. */
const FOUND: usize = 4 * COLUMN;
const COUNTS: usize = 5 * COLUMN;
/** The token, where it is one. */
const TOKENS: usize = 6 * COLUMN;
/** Offsets of the words that are not yet found, and entries that may be theirs. */
const UNKNOWN: usize = 7 * COLUMN;
const ENTRIES: usize = 8 * COLUMN;
/** Bytes of `room` that are used here. */
export const QUEUE_BYTES: usize = 9 * COLUMN + 16;

let words: i32 = 0;

/** Takes a word of at most MAX_WORD bytes; 64 bytes after its start can be read. */
export function enqueue(start: usize, tag: u32): void {
	const at = room + ((<usize>words) << 2);
	store<u32>(at, <u32>start, STARTS);
	store<u32>(at, tag, TAGS);
	if (++words === PLACES) flush();
}

/** Writes the tokens of all words that were taken. */
export function flush(): void {
	if (words === 0) return;
	const end = room + ((<usize>words) << 2);
	const unknown = findInCache(end);
	if (unknown > 0) addNewWords(room + UNKNOWN, unknown, room + ENTRIES);
	writeTokens(end);
	words = 0;
}

export function startOf(word: usize): usize {
	return load<u32>(word, STARTS);
}

export function tagOfWord(word: usize): u32 {
	return load<u32>(word, TAGS);
}

export function hashOfWord(word: usize): u64 {
	return load<u64>(word + word - room, HASHES);
}

export function setTokens(word: usize, tokens: usize, count: u32): void {
	store<u32>(word, <u32>tokens, FOUND);
	store<u32>(word, count, COUNTS);
}

export function setToken(word: usize, token: i32): void {
	store<i32>(word, token, TOKENS);
	setTokens(word, word + TOKENS, 1);
}

/** Looks the words up; returns how many are not found, and lists them. */
function findInCache(end: usize): i32 {
	let unknown = room;
	for (let word = room; word < end; word += 4) {
		const start = startOf(word);
		const tag = tagOfWord(word);
		const mask = firstBytes(lengthOfTag(tag));
		const low = load<u64>(start) & load<u64>(mask);
		const high = load<u64>(start, 8) & load<u64>(mask, 8);
		const hash = hashStart(low, high);
		const set = singleSet(hash);
		const found = findSingle(set, low, singleEnd(high, tag));
		setToken(word, singleToken(set, found));
		store<u64>(word + word - room, hash, HASHES);
		store<u32>(unknown, <u32>word, UNKNOWN);
		unknown += (<usize>(found === 0)) << 2;
	}
	for (let at = room; at < unknown; at += 4) {
		const word: usize = load<u32>(at, UNKNOWN);
		const length = lengthOfTag(tagOfWord(word));
		let hash = hashOfWord(word);
		if (length > 16) {
			hash = hashRest(hash, startOf(word), length);
			store<u64>(word + word - room, hash, HASHES);
		}
		store<u32>(at, <u32>indexSet(hash), ENTRIES);
	}
	readAhead(room + ENTRIES, unknown + ENTRIES);
	for (let at = room; at < unknown; at += 4) {
		const word: usize = load<u32>(at, UNKNOWN);
		const entry = findEntry(hashOfWord(word), tagOfWord(word));
		store<u32>(at, <u32>entry, ENTRIES);
	}
	readAhead(room + ENTRIES, unknown + ENTRIES);
	let left = room;
	for (let at = room; at < unknown; at += 4) {
		const word: usize = load<u32>(at, UNKNOWN);
		const entry: usize = load<u32>(at, ENTRIES);
		const length = lengthOfTag(tagOfWord(word));
		setTokens(word, tokensOfEntry(entry, length), countOfEntry(entry));
		store<u32>(left, <u32>word, UNKNOWN);
		left += (<usize>!isEntryOf(entry, startOf(word), length)) << 2;
	}
	return <i32>((left - room) >>> 2);
}

function writeTokens(end: usize): void {
	let to = out;
	for (let word = room; word < end; word += 4) {
		const tokens: usize = load<u32>(word, FOUND);
		const count: usize = load<u32>(word, COUNTS);
		v128.store(to, v128.load(tokens));
		for (let i: usize = 4; i < count; i += 4)
			v128.store(to + (i << 2), v128.load(tokens + (i << 2)));
		to += count << 2;
	}
	writeTo(to);
}

/** Tokens of the word that was found last by `find`, and how many. */
export let foundTokens: usize = 0;
export let foundCount: u32 = 0;

/** Looks up one word by itself. */
export function find(start: usize, tag: u32, hash: u64): bool {
	const length = lengthOfTag(tag);
	if (isSingle(length)) {
		const mask = firstBytes(length);
		const low = load<u64>(start) & load<u64>(mask);
		const high = load<u64>(start, 8) & load<u64>(mask, 8);
		const set = singleSet(hash);
		const found = findSingle(set, low, singleEnd(high, tag));
		if (found !== 0) {
			foundTokens = set + 48 + ((<usize>ctz(found)) << 2);
			foundCount = 1;
			return true;
		}
	}
	const entry = findEntry(hash, tag);
	if (!isEntryOf(entry, start, length)) return false;
	foundTokens = tokensOfEntry(entry, length);
	foundCount = countOfEntry(entry);
	return true;
}

/** Remembers a word of one token; `word` is 0 for one that is not in the queue. */
export function rememberToken(
	word: usize,
	start: usize,
	tag: u32,
	hash: u64,
	token: i32,
): void {
	if (isSingle(lengthOfTag(tag))) addSingle(start, tag, hash, token);
	else store<i32>(addEntry(start, tag, hash, 1), token);
	if (word !== 0) setToken(word, token);
}

/** Remembers a word of some tokens. */
export function remember(
	word: usize,
	start: usize,
	tag: u32,
	hash: u64,
	tokens: usize,
	count: u32,
): void {
	if (count === 1) {
		rememberToken(word, start, tag, hash, load<i32>(tokens));
		return;
	}
	const to = addEntry(start, tag, hash, count);
	memory.copy(to, tokens, (<usize>count) << 2);
	if (word !== 0) setTokens(word, to, count);
}
