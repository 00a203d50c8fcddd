// Words and their tokens, in three tables, so that the words that come most lie
// dense. All are made of sets; the newest word of a set lies first, and where a word
// comes in, the oldest goes.
//
// Single: words of up to 11 bytes that are one token. A set of 64 bytes holds four,
// column by column: bytes 0-3 of each word, bytes 4-7, bytes 8-10 with its length,
// its token. Words are padded with zeros.
// Short: words of up to 15 bytes and four tokens. A set of 64 bytes holds two: 15
// bytes and the length; four tokens, how many in the highest byte of the first.
// Long: words of up to 32 bytes and seven tokens. A set of 128 bytes holds two: 32
// bytes; seven tokens; length and number.

import {
	longWords,
	longWordsMask,
	shortWords,
	shortWordsMask,
	singleWords,
	singleWordsMask,
} from "./memory";
import { out, writeTo } from "./output";

export const MAX_WORD: usize = 32;
export const MAX_TOKENS: i32 = 7;
const MAX_SINGLE_WORD: usize = 11;
const MAX_SHORT_WORD: usize = 15;
const MAX_SHORT_TOKENS: i32 = 4;
/** Set with the length of a piece of a word, where pieces and words differ. */
const PIECE: u32 = 0x80;

const SHORT_SLOT: usize = 32;
const SHORT_TOKENS: usize = 16;
const SHORT_COUNT: usize = 19;
const LONG_SLOT: usize = 64;
const LONG_TOKENS: usize = 32;
const LONG_TAG: usize = 60;
const LONG_COUNT: usize = 62;

/** Ones, then zeros: 16 bytes each. */
const FIRST_BYTES: usize = memory.data<u64>([-1, -1, 0, 0]);
const MAX_MASKED: usize = 16;

/**
 * Writes the tokens of a word of at most MAX_WORD bytes if they are known. Reads 32
 * bytes from `start`, whatever the length.
 */
export function writeKnown(start: usize, length: usize, isPiece: bool): bool {
	const tag: u32 = <u32>length | (isPiece ? PIECE : 0);
	if (length <= MAX_SHORT_WORD) {
		const masks = FIRST_BYTES + MAX_MASKED - length;
		const low = load<u64>(start) & load<u64>(masks);
		const rest = load<u64>(start, 8) & load<u64>(masks, 8);
		if (length <= MAX_SINGLE_WORD) {
			const high = <u32>rest | (tag << 24);
			const set = singleSet(low, high);
			const found = findSingle(set, low, high);
			if (found !== 0) {
				store<i32>(out, load<i32>(set + ((<usize>ctz(found)) << 2), 48));
				writeTo(out + 4);
				return true;
			}
		}
		const high = rest | ((<u64>tag) << 56);
		const set = shortSet(low, high);
		// Without branches: which of the two it is cannot be foreseen.
		const isFirst = isShort(set, low, high);
		const slot = isFirst ? set : set + SHORT_SLOT;
		if (isFirst || isShort(slot, low, high)) {
			writeShort(slot);
			return true;
		}
	}
	return writeKnownLong(start, length, tag);
}

function singleSet(low: u64, high: u32): usize {
	return (
		singleWords + ((<usize>(mix(low, <u64>high) >>> 40) & singleWordsMask) << 6)
	);
}

function shortSet(low: u64, high: u64): usize {
	return shortWords + ((<usize>(mix(low, high) >>> 32) & shortWordsMask) << 6);
}

/** Four bits: which of a set's four words it is. */
function findSingle(set: usize, low: u64, high: u32): i32 {
	return i32x4.bitmask(
		v128.and(
			v128.and(
				i32x4.eq(v128.load(set), i32x4.splat(<i32>low)),
				i32x4.eq(v128.load(set, 16), i32x4.splat(<i32>(low >>> 32))),
			),
			i32x4.eq(v128.load(set, 32), i32x4.splat(<i32>high)),
		),
	);
}

function writeShort(slot: usize): void {
	// Room for four tokens, whatever the number: cheaper than a loop.
	v128.store(
		out,
		v128.and(v128.load(slot, SHORT_TOKENS), i32x4(0x00ffffff, -1, -1, -1)),
	);
	writeTo(out + ((<usize>load<u8>(slot, SHORT_COUNT)) << 2));
}

function copySlot(to: usize, from: usize): void {
	v128.store(to, v128.load(from));
	v128.store(to, v128.load(from, 16), 16);
}

function isShort(slot: usize, low: u64, high: u64): bool {
	return ((load<u64>(slot) ^ low) | (load<u64>(slot, 8) ^ high)) === <u64>0;
}

function writeKnownLong(start: usize, length: usize, tag: u32): bool {
	const a = lowest(load<u64>(start), length);
	const b = lowest(load<u64>(start, 8), atLeastZero(length, 8));
	const c = lowest(load<u64>(start, 16), atLeastZero(length, 16));
	const d = lowest(load<u64>(start, 24), atLeastZero(length, 24));
	let slot = longSet(a, b, c, d, tag);
	for (let way = 0; way < 2; way++) {
		if (
			<u32>load<u16>(slot, LONG_TAG) === tag &&
			load<u64>(slot) === a &&
			load<u64>(slot, 8) === b &&
			load<u64>(slot, 16) === c &&
			load<u64>(slot, 24) === d
		) {
			v128.store(out, v128.load(slot, LONG_TOKENS));
			v128.store(out, v128.load(slot, LONG_TOKENS + 16), 16);
			writeTo(out + ((<usize>load<u8>(slot, LONG_COUNT)) << 2));
			return true;
		}
		slot += LONG_SLOT;
	}
	return false;
}

/** Remembers a word that is not known, of at most MAX_WORD bytes and MAX_TOKENS. */
export function remember(
	start: usize,
	length: usize,
	isPiece: bool,
	tokens: usize,
	count: i32,
): void {
	const tag: u32 = <u32>length | (isPiece ? PIECE : 0);
	if (length <= MAX_SINGLE_WORD && count === 1) {
		const low = lowest(load<u64>(start), length);
		const high =
			<u32>lowest(load<u64>(start, 8), atLeastZero(length, 8)) | (tag << 24);
		const set = singleSet(low, high);
		insertLane(set, <i32>low);
		insertLane(set + 16, <i32>(low >>> 32));
		insertLane(set + 32, <i32>high);
		insertLane(set + 48, load<i32>(tokens));
		return;
	}
	if (length <= MAX_SHORT_WORD && count <= MAX_SHORT_TOKENS) {
		const low = lowest(load<u64>(start), length);
		const high =
			lowest(load<u64>(start, 8), atLeastZero(length, 8)) | ((<u64>tag) << 56);
		const slot = shortSet(low, high);
		copySlot(slot + SHORT_SLOT, slot);
		store<u64>(slot, low);
		store<u64>(slot, high, 8);
		copyTokens(slot + SHORT_TOKENS, tokens, count);
		store<u8>(slot, <u8>count, SHORT_COUNT);
		return;
	}
	const a = lowest(load<u64>(start), length);
	const b = lowest(load<u64>(start, 8), atLeastZero(length, 8));
	const c = lowest(load<u64>(start, 16), atLeastZero(length, 16));
	const d = lowest(load<u64>(start, 24), atLeastZero(length, 24));
	const slot = longSet(a, b, c, d, tag);
	memory.copy(slot + LONG_SLOT, slot, LONG_SLOT);
	store<u64>(slot, a);
	store<u64>(slot, b, 8);
	store<u64>(slot, c, 16);
	store<u64>(slot, d, 24);
	copyTokens(slot + LONG_TOKENS, tokens, count);
	store<u32>(slot, tag | ((<u32>count) << 16), LONG_TAG);
}

/** Puts a value before the four of a column; the last one goes. */
function insertLane(at: usize, value: i32): void {
	const old = v128.load(at);
	v128.store(
		at,
		i32x4.replace_lane(i32x4.shuffle(old, old, 0, 0, 1, 2), 0, value),
	);
}

function copyTokens(to: usize, tokens: usize, count: i32): void {
	for (let i: usize = 0; i < <usize>count; i++)
		store<i32>(to + (i << 2), load<i32>(tokens + (i << 2)));
}

/** The lowest `bytes` bytes of a number. */
function lowest(value: u64, bytes: usize): u64 {
	return bytes >= 8 ? value : value & (((<u64>1) << ((<u64>bytes) << 3)) - 1);
}

function atLeastZero(length: usize, less: usize): usize {
	return length > less ? length - less : 0;
}

function mix(low: u64, high: u64): u64 {
	return (low ^ (high * 0xc2b2ae3d27d4eb4f)) * 0x9e3779b97f4a7c15;
}

function longSet(a: u64, b: u64, c: u64, d: u64, tag: u32): usize {
	const hash =
		((a ^ (b * 0xc2b2ae3d27d4eb4f)) * 0xff51afd7ed558ccd) ^
		((c ^ (d * 0x165667b19e3779f9)) * 0x27d4eb2f165667c5);
	const mixed = (hash + tag) * 0x9e3779b97f4a7c15;
	return longWords + ((<usize>(mixed >>> 40) & longWordsMask) << 7);
}
