// Words that wait to be merged. Merging is a chain of look-ups, each of which waits for
// the one before; so the merges of some words are made in turns, and wait at the same
// time. Until then a word's place in the output is a gap, as long as its symbols.
//
// Each word has 256 bytes: ranks of its pairs, symbols, then what else is known.
// Before the first rank and symbol, and after the last symbol, is room for one more.

import { MAX_TOKENS, MAX_WORD, remember } from "./cache";
import { asciiIds, asciiPairs, room } from "./memory";
import { out, put, writeTo } from "./output";
import { NONE, OUTSIDE, rankOf, tokenOf } from "./pairs";
import { idOfCharacter, symbolOfByte } from "./symbols";
import { codePointAt, lengthOf } from "./utf8";

/** Words that are merged in turns; with four, half as much was gained. */
const PLACES: i32 = 8;
const PLACE_BITS: usize = 8;
/** Bytes of `room` that are used here. */
export const WAITING_BYTES: usize = 2048;
const MAX_SYMBOLS: usize = 16;

const RANKS: usize = 16;
const SYMBOLS: usize = 96;
/** A bit for each symbol that is left, and one after the last. */
const LEFT: usize = 176;
const TEXT: usize = 180;
const LENGTH: usize = 184;
const GAP: usize = 188;
const COUNT: usize = 192;
const IS_PIECE: usize = 196;

let waiting: i32 = 0;
/** Symbols of the word filled in last. */
let count: usize = 0;

/** Takes a word, or a piece of one, of up to 16 symbols; false for a longer one. */
export function mergeLater(start: usize, end: usize, isPiece: bool): bool {
	const place = placeOf(waiting);
	if (fill(place, start, end) !== end) return false;
	const length = end - start;
	if (count === 1) {
		put(load<i32>(place, SYMBOLS));
		if (length <= MAX_WORD) remember(start, length, isPiece, out - 4, 1);
		return true;
	}
	store<u32>(place + (count << 2), OUTSIDE, SYMBOLS);
	store<u32>(place, ((<u32>2) << (<u32>count)) - 1, LEFT);
	store<u32>(place, <u32>start, TEXT);
	store<u32>(place, <u32>length, LENGTH);
	store<u32>(place, <u32>out, GAP);
	store<u32>(place, <u32>count, COUNT);
	store<u32>(place, <u32>isPiece, IS_PIECE);
	writeTo(out + (count << 2));
	if (++waiting === PLACES) mergeWaiting();
	return true;
}

/** Merges the words that wait, and closes the gaps after their tokens. */
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
	const end = out;
	writeTo(load<u32>(room, GAP));
	for (let i = 0; i < waiting; i++) {
		const place = placeOf(i);
		const tokens = out;
		writeLeft(place);
		const length: usize = load<u32>(place, LENGTH);
		const tokenCount = <i32>((out - tokens) >>> 2);
		if (length <= MAX_WORD && tokenCount <= MAX_TOKENS)
			remember(
				load<u32>(place, TEXT),
				length,
				load<u32>(place, IS_PIECE) !== 0,
				tokens,
				tokenCount,
			);
		const gapEnd =
			<usize>load<u32>(place, GAP) + ((<usize>load<u32>(place, COUNT)) << 2);
		moveBack(gapEnd, i + 1 < waiting ? load<u32>(placeOf(i + 1), GAP) : end);
	}
	waiting = 0;
}

function placeOf(number: i32): usize {
	return room + ((<usize>number) << PLACE_BITS);
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

/** Writes the symbols that are left of a place. */
function writeLeft(place: usize): void {
	let left = load<u32>(place, LEFT) ^ (1 << load<u32>(place, COUNT));
	while (left !== 0) {
		put(load<i32>(place + ((<usize>ctz(left)) << 2), SYMBOLS));
		left &= left - 1;
	}
}

/** Moves what the output has from `from` to `end` to where the next token goes. */
function moveBack(from: usize, end: usize): void {
	let to = out;
	for (; from + 16 <= end; from += 16, to += 16)
		v128.store(to, v128.load(from));
	for (; from < end; from += 4, to += 4) store<u32>(to, load<u32>(from));
	writeTo(to);
}
