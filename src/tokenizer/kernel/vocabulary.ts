// Words that are tokens, where those come before merging.

import {
	HASH_FACTOR,
	HASH_FOLD,
	WORD_FILTER_BYTES,
	WORD_HASH_TURN,
} from "../layout";
import { hashOf, isEqual, MAX_WORD, tagOf } from "./cache";
import { wordBytes, wordFilter, words, wordsMask } from "./memory";

/** Words of the filter, int32. */
const FILTER_MASK: usize = (WORD_FILTER_BYTES >>> 2) - 1;

/** Sets two bits for each token, so that most other words need not be looked for. */
export function fillWordFilter(): void {
	for (let slot: usize = 0; slot <= <usize>wordsMask; slot++) {
		const entry = words + (slot << 4);
		const length: usize = load<u32>(entry, 4);
		if (length === 0 || length > MAX_WORD) continue;
		const hash = hashOf(wordBytes + load<u32>(entry, 8), tagOf(length, false));
		const at = filterOf(hash);
		store<u32>(at, load<u32>(at) | filterBits(hash));
	}
}

/** Where in the filter a word's bits are. */
export function filterOf(hash: u64): usize {
	return wordFilter + ((<usize>(hash >>> 16) & FILTER_MASK) << 2);
}

/** Whether a word may be a token. */
export function mayBeToken(hash: u64): bool {
	const bits = filterBits(hash);
	return (load<u32>(filterOf(hash)) & bits) === bits;
}

function filterBits(hash: u64): u32 {
	return (1 << (<u32>(hash >>> 32) & 31)) | (1 << (<u32>(hash >>> 37) & 31));
}

/** The id of a word that is a token, or -1. */
export function findToken(start: usize, length: usize): i32 {
	const hash = hashOfBytes(start, length);
	let slot = slotOfHash(hash);
	while (true) {
		const entry = words + ((<usize>slot) << 4);
		const found: usize = load<u32>(entry, 4);
		if (found === 0) return -1;
		if (
			load<u32>(entry) === hash &&
			found === length &&
			isEqual(wordBytesOf(entry), start, length)
		)
			return load<i32>(entry, 12);
		slot = (slot + 1) & wordsMask;
	}
}

/** Where `findToken` begins to look. */
export function slotOf(start: usize, length: usize): usize {
	return words + ((<usize>slotOfHash(hashOfBytes(start, length))) << 4);
}

/** Where the bytes of a slot's word are. */
export function wordBytesOf(slot: usize): usize {
	return wordBytes + load<u32>(slot, 8);
}

function slotOfHash(hash: u32): u32 {
	return (hash ^ (hash >>> HASH_FOLD)) & wordsMask;
}

function hashOfBytes(start: usize, length: usize): u32 {
	let hash: u32 = <u32>length;
	const end = start + length;
	let at = start;
	for (; at + 4 <= end; at += 4) hash = mixed(hash, load<u32>(at));
	if (at < end) {
		const bits = (<u32>(end - at)) << 3;
		hash = mixed(hash, load<u32>(at) & ((1 << bits) - 1));
	}
	return hash;
}

function mixed(hash: u32, four: u32): u32 {
	return (rotl<u32>(hash, WORD_HASH_TURN) ^ four) * <u32>HASH_FACTOR;
}
