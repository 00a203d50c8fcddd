// Words that wait to be merged. Merging is a chain of look-ups, each of which waits for
// the one before; so the merges of some words are made in turns, and wait at the same
// time.
//
// Each word has a place: its pairs, its symbols, then what else is known. Before the
// first pair and symbol, and after the last symbol, is room for one more.

import { lengthOfTag } from "./cache";
import { outside, room, symbolOfAscii } from "./memory";
import { bucketOf, madeBy, NONE, pairFrom, rankOf } from "./pairs";
import { readAhead } from "./read-ahead";
import {
	WAITING,
	WAITING_ACTIVE,
	WAITING_BUCKETS,
	WAITING_PLACE_BYTES,
	WAITING_SYMBOLS,
	WAITING_WORDS,
} from "./room";
import { idOf, symbolOfByte, symbolOfCharacter } from "./symbols";
import { codePointAt, lengthOf } from "./utf8";
import { rememberToken, rememberTokens, startOf, tagOfWord } from "./words";

/** How many symbols were filled in. */
const COUNT: usize = 0;
/** Of each pair its rank and the symbol that it makes, and of each place its symbol. */
const RANKS: usize = 16;
const MADE: usize = RANKS + ((WAITING_SYMBOLS + 1) << 2);
const SYMBOLS: usize = MADE + ((WAITING_SYMBOLS + 1) << 2);
/** A bit for each symbol that is left, and one after the last. */
const LEFT: usize = SYMBOLS + ((WAITING_SYMBOLS + 1) << 2);
const WORD: usize = LEFT + 4;
/** The symbol merged last, and those before and after it. */
const MERGED: usize = LEFT + 8;
const BEFORE: usize = LEFT + 12;
const AFTER: usize = LEFT + 16;

let waiting: i32 = 0;
/** Symbols of the word filled in last. */
let count: usize = 0;

/** Takes a word of up to 28 symbols, to be remembered; false for a longer one. */
export function mergeLater(word: usize): bool {
	const place = placeOf(waiting);
	const start = startOf(word);
	const end = start + lengthOfTag(tagOfWord(word));
	if (fill(place, start, end) !== end) return false;
	if (count === 1) {
		rememberToken(word, idOf(load<u32>(place, SYMBOLS)));
		return true;
	}
	store<u32>(place + (count << 2), outside, SYMBOLS);
	store<u32>(place, ((<u32>2) << (<u32>count)) - 1, LEFT);
	store<u32>(place, <u32>word, WORD);
	store<u32>(place, <u32>count, COUNT);
	if (++waiting === <i32>WAITING_WORDS) mergeWaiting();
	return true;
}

/** Merges the words that wait, and remembers their tokens. */
export function mergeWaiting(): void {
	if (waiting === 0) return;
	rankAll();
	const active = room + WAITING_ACTIVE;
	let end = active;
	for (let i = 0; i < waiting; i++, end += 4) store<u32>(end, <u32>placeOf(i));
	while (end > active) {
		let left = active;
		let bucket = room + WAITING_BUCKETS;
		for (let at = active; at < end; at += 4) {
			const place: usize = load<u32>(at);
			store<u32>(left, <u32>place);
			const isMerged = mergeLowest(place, bucket);
			left += isMerged ? 4 : 0;
			bucket += isMerged ? 8 : 0;
		}
		end = left;
		readAhead(room + WAITING_BUCKETS, bucket);
		bucket = room + WAITING_BUCKETS;
		for (let at = active; at < end; at += 4, bucket += 8)
			rankMerged(load<u32>(at), bucket);
	}
	for (let i = 0; i < waiting; i++) rememberLeft(placeOf(i));
	waiting = 0;
}

/** Remembers the symbols that are left of a place. */
function rememberLeft(place: usize): void {
	// The highest bit is not a symbol's.
	let left = load<u32>(place, LEFT);
	left ^= 0x80000000 >>> <u32>clz(left);
	const tokenCount: u32 = popcnt(left);
	const word: usize = load<u32>(place, WORD);
	if (tokenCount === 1) {
		rememberToken(word, idOf(load<u32>(place, SYMBOLS)));
		return;
	}
	const tokens = rememberTokens(word, tokenCount);
	for (let to = tokens; left !== 0; to += 4) {
		store<i32>(to, idOf(load<u32>(place + ((<usize>ctz(left)) << 2), SYMBOLS)));
		left &= left - 1;
	}
}

function placeOf(number: i32): usize {
	return room + WAITING + <usize>number * WAITING_PLACE_BYTES;
}

/** Fills in symbols from `start` on; returns where the place is full. */
function fill(place: usize, start: usize, end: usize): usize {
	let n: usize = 0;
	let at = start;
	while (at < end && n < WAITING_SYMBOLS) {
		const first: u32 = load<u8>(at);
		const length = lengthOf(first);
		const symbol =
			first < 0x80
				? load<i32>(symbolOfAscii + ((<usize>first) << 2))
				: symbolOfCharacter(codePointAt(at, first));
		if (symbol >= 0) store<i32>(place + (n++ << 2), symbol, SYMBOLS);
		else {
			// An ASCII character without a token is a space, for which another stands.
			if (first < 0x80 || n + length > WAITING_SYMBOLS) return 0;
			for (let i: usize = 0; i < length; i++)
				store<i32>(place + (n++ << 2), symbolOfByte(load<u8>(at + i)), SYMBOLS);
		}
		at += length;
	}
	count = n;
	return at;
}

/** Looks up the pairs of all places. */
function rankAll(): void {
	let bucket = room + WAITING_BUCKETS;
	for (let i = 0; i < waiting; i++) {
		const place = placeOf(i);
		const end = place + ((<usize>load<u32>(place, COUNT) - 1) << 2);
		for (let at = place; at < end; at += 4, bucket += 4)
			store<u32>(
				bucket,
				<u32>bucketOf(load<u32>(at, SYMBOLS), load<u32>(at, SYMBOLS + 4)),
			);
	}
	readAhead(room + WAITING_BUCKETS, bucket);
	bucket = room + WAITING_BUCKETS;
	for (let i = 0; i < waiting; i++) {
		const place = placeOf(i);
		for (let i: usize = 0; i < WAITING_SYMBOLS * 4; i += 16)
			v128.store(place + i, i32x4.splat(NONE), RANKS);
		store<u32>(place, outside, SYMBOLS - 4);
		const end = place + ((<usize>load<u32>(place, COUNT) - 1) << 2);
		for (let at = place; at < end; at += 4, bucket += 4)
			setPair(at, pairFrom(load<u32>(bucket), load<u32>(at, SYMBOLS + 4)));
	}
}

function setPair(at: usize, pair: u64): void {
	store<u32>(at, rankOf(pair), RANKS);
	store<u32>(at, madeBy(pair), MADE);
}

/**
 * Merges the pair with the lowest rank, the leftmost of equals; false when there is
 * none. Which it is cannot be foreseen, so there is no branch but that one.
 */
function mergeLowest(place: usize, bucket: usize): bool {
	const a = v128.load(place, RANKS);
	const b = v128.load(place, RANKS + 16);
	const c = v128.load(place, RANKS + 32);
	const d = v128.load(place, RANKS + 48);
	const e = v128.load(place, RANKS + 64);
	const f = v128.load(place, RANKS + 80);
	const g = v128.load(place, RANKS + 96);
	let lowest = i32x4.min_u(
		i32x4.min_u(i32x4.min_u(a, b), i32x4.min_u(c, d)),
		i32x4.min_u(i32x4.min_u(e, f), g),
	);
	lowest = i32x4.min_u(lowest, i32x4.shuffle(lowest, lowest, 2, 3, 0, 1));
	lowest = i32x4.min_u(lowest, i32x4.shuffle(lowest, lowest, 1, 0, 3, 2));
	if (<u32>i32x4.extract_lane(lowest, 0) === NONE) return false;
	const found = i8x16.narrow_i16x8_s(
		i16x8.narrow_i32x4_s(i32x4.eq(a, lowest), i32x4.eq(b, lowest)),
		i16x8.narrow_i32x4_s(i32x4.eq(c, lowest), i32x4.eq(d, lowest)),
	);
	const last = i32x4.eq(g, lowest);
	const later = i8x16.narrow_i16x8_s(
		i16x8.narrow_i32x4_s(i32x4.eq(e, lowest), i32x4.eq(f, lowest)),
		i16x8.narrow_i32x4_s(last, last),
	);
	const at = ctz(i8x16.bitmask(found) | (i8x16.bitmask(later) << 16));
	const left = load<u32>(place, LEFT);
	const beyond = left & ~(((<u32>2) << at) - 1);
	const gone = ctz(beyond);
	const after = ctz(beyond & (beyond - 1));
	/** -1 before the first. */
	const before: isize = 31 - clz(left & ((1 << at) - 1));
	const merged = place + ((<usize>at) << 2);
	const atBefore = place + ((<usize>before) << 2);
	const symbol = load<u32>(merged, MADE);
	store<u32>(place, left ^ (1 << gone), LEFT);
	store<u32>(merged, symbol, SYMBOLS);
	store<u32>(place + ((<usize>gone) << 2), NONE, RANKS);
	const right = load<u32>(place + ((<usize>after) << 2), SYMBOLS);
	store<u32>(place, <u32>merged, MERGED);
	store<u32>(place, <u32>atBefore, BEFORE);
	store<u32>(place, right, AFTER);
	store<u32>(bucket, <u32>bucketOf(symbol, right));
	store<u32>(bucket, <u32>bucketOf(load<u32>(atBefore, SYMBOLS), symbol), 4);
	return true;
}

/** Looks up the pairs of the symbol that was merged last. */
function rankMerged(place: usize, bucket: usize): void {
	const merged: usize = load<u32>(place, MERGED);
	const symbol = load<u32>(merged, SYMBOLS);
	setPair(merged, pairFrom(load<u32>(bucket), load<u32>(place, AFTER)));
	setPair(load<u32>(place, BEFORE), pairFrom(load<u32>(bucket, 4), symbol));
}
