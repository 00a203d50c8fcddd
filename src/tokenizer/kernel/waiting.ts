// Words that wait to be merged. Merging is a chain of look-ups, each of which waits for
// the one before; so the merges of some words are made in turns, and wait at the same
// time.
//
// Each word has 256 bytes: ranks of its pairs, symbols, then what else is known.
// Before the first rank and symbol, and after the last symbol, is room for one more.

import { addEntry, lengthOfTag } from "./cache";
import { asciiIds, asciiPairs, room } from "./memory";
import { NONE, OUTSIDE, rankOf, tokenOf } from "./pairs";
import { QUEUE_BYTES, rememberToken, setTokens } from "./queue";
import { idOfCharacter, symbolOfByte } from "./symbols";
import { codePointAt, lengthOf } from "./utf8";

/** Words that are merged in turns; with four, half as much was gained. */
const PLACES: i32 = 8;
const PLACE_BITS: usize = 8;
/** Bytes of `room` that are used here and by the queue. */
export const WAITING_END: usize = QUEUE_BYTES + 2048;
const MAX_SYMBOLS: usize = 16;

const RANKS: usize = 16;
const SYMBOLS: usize = 96;
/** A bit for each symbol that is left, and one after the last. */
const LEFT: usize = 176;
const START: usize = 180;
const TAG: usize = 184;
const WORD: usize = 188;
const HASH: usize = 192;

let waiting: i32 = 0;
/** Symbols of the word filled in last. */
let count: usize = 0;

/**
 * Takes a word of up to 16 symbols, to be remembered; false for a longer one. `word`
 * is its place in the queue, or 0.
 */
export function mergeLater(
	word: usize,
	start: usize,
	tag: u32,
	hash: u64,
): bool {
	const place = placeOf(waiting);
	const end = start + lengthOfTag(tag);
	if (fill(place, start, end) !== end) return false;
	if (count === 1) {
		rememberToken(word, start, tag, hash, load<i32>(place, SYMBOLS));
		return true;
	}
	store<u32>(place + (count << 2), OUTSIDE, SYMBOLS);
	store<u32>(place, ((<u32>2) << (<u32>count)) - 1, LEFT);
	store<u32>(place, <u32>start, START);
	store<u32>(place, tag, TAG);
	store<u32>(place, <u32>word, WORD);
	store<u64>(place, hash, HASH);
	if (++waiting === PLACES) mergeWaiting();
	return true;
}

/** Merges the words that wait, and remembers their tokens. */
export function mergeWaiting(): void {
	if (waiting === 0) return;
	for (let i = waiting; i < PLACES; i++) clear(placeOf(i));
	while (
		<i32>mergeLowest(placeOf(0)) |
		<i32>mergeLowest(placeOf(1)) |
		<i32>mergeLowest(placeOf(2)) |
		<i32>mergeLowest(placeOf(3)) |
		<i32>mergeLowest(placeOf(4)) |
		<i32>mergeLowest(placeOf(5)) |
		<i32>mergeLowest(placeOf(6)) |
		<i32>mergeLowest(placeOf(7))
	);
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
	const start: usize = load<u32>(place, START);
	const tag = load<u32>(place, TAG);
	const hash = load<u64>(place, HASH);
	if (tokenCount === 1) {
		rememberToken(word, start, tag, hash, load<i32>(place, SYMBOLS));
		return;
	}
	const tokens = addEntry(start, tag, hash, tokenCount);
	if (word !== 0) setTokens(word, tokens, tokenCount);
	for (let to = tokens; left !== 0; to += 4) {
		store<i32>(to, load<i32>(place + ((<usize>ctz(left)) << 2), SYMBOLS));
		left &= left - 1;
	}
}

function placeOf(number: i32): usize {
	return room + QUEUE_BYTES + ((<usize>number) << PLACE_BITS);
}

/** Makes a place one of no pairs. */
function clear(place: usize): void {
	for (let i: usize = 0; i < MAX_SYMBOLS * 4; i += 16)
		v128.store(place + i, i32x4.splat(-1), RANKS);
}

/** Fills in symbols and ranks from `start` on; returns where the place is full. */
function fill(place: usize, start: usize, end: usize): usize {
	clear(place);
	store<u32>(place, OUTSIDE, SYMBOLS - 4);
	let n: usize = 0;
	let before: u32 = 0x80;
	let left: u32 = OUTSIDE;
	let at = start;
	while (at < end && n < MAX_SYMBOLS) {
		const first: u32 = load<u8>(at);
		if (first < 0x80) {
			const symbol = load<u32>(asciiIds + ((<usize>first) << 2));
			if (symbol === NONE) return 0;
			const rank =
				before < 0x80
					? load<u32>(asciiPairs + ((<usize>(before << 7) | <usize>first) << 2))
					: rankOf(left, symbol);
			add(place, n++, symbol, rank);
			left = symbol;
			at++;
		} else {
			const length = lengthOf(first);
			const symbol = idOfCharacter(codePointAt(at, first));
			if (symbol >= 0) {
				add(place, n++, symbol, rankOf(left, symbol));
				left = symbol;
			} else {
				if (n + length > MAX_SYMBOLS) return 0;
				for (let i: usize = 0; i < length; i++) {
					const ofByte = symbolOfByte(load<u8>(at + i));
					add(place, n++, ofByte, rankOf(left, ofByte));
					left = ofByte;
				}
			}
			at += length;
		}
		before = first;
	}
	count = n;
	return at;
}

/** Adds symbol `n`, and the rank of the pair of the one before and it. */
function add(place: usize, n: usize, symbol: u32, rank: u32): void {
	store<u32>(place + (n << 2), symbol, SYMBOLS);
	store<u32>(place + (n << 2), rank, RANKS - 4);
}

/**
 * Merges the pair with the lowest rank, the leftmost of equals; false when there is
 * none. Which it is cannot be foreseen, so there is no branch but that one.
 */
function mergeLowest(place: usize): bool {
	const a = v128.load(place, RANKS);
	const b = v128.load(place, RANKS + 16);
	const c = v128.load(place, RANKS + 32);
	const d = v128.load(place, RANKS + 48);
	let lowest = i32x4.min_u(i32x4.min_u(a, b), i32x4.min_u(c, d));
	lowest = i32x4.min_u(lowest, i32x4.shuffle(lowest, lowest, 2, 3, 0, 1));
	lowest = i32x4.min_u(lowest, i32x4.shuffle(lowest, lowest, 1, 0, 3, 2));
	const rank = <u32>i32x4.extract_lane(lowest, 0);
	if (rank === NONE) return false;
	const found = i8x16.narrow_i16x8_s(
		i16x8.narrow_i32x4_s(i32x4.eq(a, lowest), i32x4.eq(b, lowest)),
		i16x8.narrow_i32x4_s(i32x4.eq(c, lowest), i32x4.eq(d, lowest)),
	);
	const at = ctz(i8x16.bitmask(found));
	const symbol = tokenOf(rank);
	const left = load<u32>(place, LEFT);
	const beyond = left & ~(((<u32>2) << at) - 1);
	const gone = ctz(beyond);
	const after = ctz(beyond & (beyond - 1));
	/** -1 before the first. */
	const before: isize = 31 - clz(left & ((1 << at) - 1));
	const atSymbol = place + ((<usize>at) << 2);
	const beforeSymbol = place + ((<usize>before) << 2);
	store<u32>(place, left ^ (1 << gone), LEFT);
	store<u32>(atSymbol, symbol, SYMBOLS);
	store<u32>(place + ((<usize>gone) << 2), NONE, RANKS);
	const right = load<u32>(place + ((<usize>after) << 2), SYMBOLS);
	const rankAfter = rankOf(symbol, right);
	const rankBefore = rankOf(load<u32>(beforeSymbol, SYMBOLS), symbol);
	store<u32>(atSymbol, rankAfter, RANKS);
	store<u32>(beforeSymbol, rankBefore, RANKS);
	return true;
}
