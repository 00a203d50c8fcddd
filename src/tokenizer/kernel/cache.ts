// Words and their tokens: where they are kept, and how one is found.
//
// Single: words of up to 11 bytes that are one token, so that the words that come
// most lie dense. A set of 64 bytes holds four, column by column: bytes 0-3 of each
// word, bytes 4-7, bytes 8-10 with its tag, its token. Words are padded with zeros.
// The newest of a set lies first, and where a word comes in, the oldest goes.
//
// All others lie one after the other in a ring of entries: how many tokens, the
// word's bytes up to a multiple of four, the tokens. An index says where. A set of 64
// bytes holds eight: what their hashes and tags are, then their positions, in units
// of four bytes since the beginning. What the ring has written over is no longer known.

import {
	index,
	indexMask,
	ring,
	ringUnits,
	singleWords,
	singleWordsMask,
} from "./memory";

/** Longer words are not kept. */
export const MAX_WORD: usize = 64;
const MAX_SINGLE_WORD: usize = 11;
/** What a word goes by beside its bytes: its length, and whether it is a piece. */
const LENGTH: u32 = 0x7f;
const PIECE: u32 = 0x80;

/** From here on positions begin anew. */
const MAX_POSITION: u32 = 0xff000000;
/**
 * Units before the ring is written over where entries are no longer found, because what
 * was found is read after other words have been added. At most those are 512 words
 * of 209 units (64 bytes of three tokens each) with 64 pieces of 5.
 */
const MARGIN: u32 = 0x48000;

/** Ones, then zeros: 16 bytes each. */
const FIRST_BYTES: usize = memory.data<u64>([-1, -1, 0, 0]);
/** An entry that no word equals: UTF-8 has no such bytes. */
const NO_ENTRY: usize = memory.data<u64>([-1, -1, -1, -1]);

/** Where the next entry goes. Begins so that positions soon begin anew, as in tests. */
let position: u32 = MAX_POSITION - 0x400000;

export function tagOf(length: usize, isPiece: bool): u32 {
	return <u32>length | (isPiece ? PIECE : 0);
}

export function lengthOfTag(tag: u32): usize {
	return <usize>(tag & LENGTH);
}

export function isPieceTag(tag: u32): bool {
	return (tag & PIECE) !== 0;
}

/** A mask of the first bytes of 16, as two u64. */
export function firstBytes(length: usize): usize {
	return FIRST_BYTES + 16 - min<usize>(length, 16);
}

/** Of the first 16 bytes, zeros after the word. */
export function hashStart(low: u64, high: u64): u64 {
	return (low ^ (high * 0xc2b2ae3d27d4eb4f)) * 0x9e3779b97f4a7c15;
}

/** Goes on with the hash of a word of more than 16 bytes. */
export function hashRest(hash: u64, start: usize, length: usize): u64 {
	const last = start + length - 16;
	for (let at = start + 16; at < last; at += 16)
		hash = hashStart(load<u64>(at) ^ (hash >>> 32), load<u64>(at, 8) + hash);
	return hashStart(load<u64>(last) ^ (hash >>> 32), load<u64>(last, 8) + hash);
}

export function hashOf(start: usize, tag: u32): u64 {
	const length = lengthOfTag(tag);
	const mask = firstBytes(length);
	const hash = hashStart(
		load<u64>(start) & load<u64>(mask),
		load<u64>(start, 8) & load<u64>(mask, 8),
	);
	return length > 16 ? hashRest(hash, start, length) : hash;
}

export function singleSet(hash: u64): usize {
	return singleWords + ((<usize>(hash >>> 40) & singleWordsMask) << 6);
}

/** The last four bytes that a single word goes by; no other's, of whatever length. */
export function singleEnd(high: u64, tag: u32): u32 {
	return (<u32>high & 0xffffff) | (tag << 24);
}

/** Four bits: which of a set's four words it is. */
export function findSingle(set: usize, low: u64, end: u32): i32 {
	return i32x4.bitmask(
		v128.and(
			v128.and(
				i32x4.eq(v128.load(set), i32x4.splat(<i32>low)),
				i32x4.eq(v128.load(set, 16), i32x4.splat(<i32>(low >>> 32))),
			),
			i32x4.eq(v128.load(set, 32), i32x4.splat(<i32>end)),
		),
	);
}

/** The token of the word that a bit of `findSingle` stands for. */
export function singleToken(set: usize, found: i32): i32 {
	return load<i32>(set + ((<usize>(ctz(found) & 3)) << 2), 48);
}

/** The entry that a word may have: NO_ENTRY, or one that is to be compared. */
export function findEntry(hash: u64, tag: u32): usize {
	const set = indexSet(hash);
	const key = i32x4.splat(indexKey(hash, tag));
	const found =
		i32x4.bitmask(i32x4.eq(v128.load(set), key)) |
		(i32x4.bitmask(i32x4.eq(v128.load(set, 16), key)) << 4);
	const at = load<u32>(set + ((<usize>(ctz(found) & 7)) << 2), 32);
	const isThere =
		<i32>(found !== 0) & <i32>(position - at < ringUnits - MARGIN);
	return isThere ? ring + ((<usize>(at & (ringUnits - 1))) << 2) : NO_ENTRY;
}

/** Whether an entry is a word's; it has the word's length or is NO_ENTRY. */
export function isEntryOf(entry: usize, start: usize, length: usize): bool {
	return isEqual(entry + 4, start, length);
}

/** Whether a key has a word's bytes; 16 bytes of both can be read. */
export function isEqual(key: usize, start: usize, length: usize): bool {
	let difference = v128.and(
		v128.xor(v128.load(start), v128.load(key)),
		v128.load(firstBytes(length)),
	);
	if (length > 16) {
		const last = length - 16;
		for (let at: usize = 16; at < last; at += 16)
			difference = v128.or(
				difference,
				v128.xor(v128.load(start + at), v128.load(key + at)),
			);
		difference = v128.or(
			difference,
			v128.xor(v128.load(start + last), v128.load(key + last)),
		);
	}
	return !v128.any_true(difference);
}

export function tokensOfEntry(entry: usize, length: usize): usize {
	return entry + 4 + ((length + 3) & ~3);
}

export function countOfEntry(entry: usize): u32 {
	return load<u32>(entry);
}

/** Whether a word of one token goes to the single words, else to the ring. */
export function isSingle(length: usize): bool {
	return length <= MAX_SINGLE_WORD;
}

/** Adds a word of at most 11 bytes that is one token. */
export function addSingle(start: usize, tag: u32, hash: u64, token: i32): void {
	const mask = firstBytes(lengthOfTag(tag));
	const low = load<u64>(start) & load<u64>(mask);
	const high = load<u64>(start, 8) & load<u64>(mask, 8);
	const set = singleSet(hash);
	insertLane(set, <i32>low);
	insertLane(set + 16, <i32>(low >>> 32));
	insertLane(set + 32, <i32>singleEnd(high, tag));
	insertLane(set + 48, token);
}

/** Adds an entry and returns where its tokens, `count` of them, are to be written. */
export function addEntry(start: usize, tag: u32, hash: u64, count: u32): usize {
	const length = lengthOfTag(tag);
	const keyUnits = (<u32>length + 3) >>> 2;
	const units = 1 + keyUnits + count;
	let at = position & (ringUnits - 1);
	if (at + units > ringUnits) {
		position += ringUnits - at;
		at = 0;
	}
	if (position > MAX_POSITION) restartPositions();
	const entry = ring + ((<usize>at) << 2);
	store<u32>(entry, count);
	for (let i: usize = 0; i < length; i += 16)
		v128.store(entry + i, v128.load(start + i), 4);
	const set = indexSet(hash);
	insertLaneOfEight(set, indexKey(hash, tag));
	insertLaneOfEight(set + 32, <i32>position);
	position += units;
	return entry + 4 + ((<usize>keyUnits) << 2);
}

/** Subtracts from all positions what leaves the entries at their places. */
function restartPositions(): void {
	const restarted = ringUnits + (position & (ringUnits - 1));
	const end = index + ((indexMask + 1) << 6);
	for (let set = index; set < end; set += 64)
		for (let lane: usize = 0; lane < 32; lane += 4) {
			const age = position - load<u32>(set + lane, 32);
			if (age < ringUnits) store<u32>(set + lane, restarted - age, 32);
			else store<u32>(set + lane, 0);
		}
	position = restarted;
}

export function indexSet(hash: u64): usize {
	return index + ((<usize>(hash >>> 44) & indexMask) << 6);
}

function indexKey(hash: u64, tag: u32): i32 {
	return <i32>(((<u32>(hash >>> 20)) << 8) | tag);
}

/** Puts a value before the four of a column; the last one goes. */
function insertLane(at: usize, value: i32): void {
	const old = v128.load(at);
	v128.store(
		at,
		i32x4.replace_lane(i32x4.shuffle(old, old, 0, 0, 1, 2), 0, value),
	);
}

/** The same with eight. */
function insertLaneOfEight(at: usize, value: i32): void {
	const old = v128.load(at);
	v128.store(at, i32x4.shuffle(old, v128.load(at, 16), 3, 4, 5, 6), 16);
	v128.store(
		at,
		i32x4.replace_lane(i32x4.shuffle(old, old, 0, 0, 1, 2), 0, value),
	);
}
