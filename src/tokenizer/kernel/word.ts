// One word to tokens: from the cache, else whole from the vocabulary where that
// comes first, else by merging.

import { MAX_TOKENS, MAX_WORD, remember, writeKnown } from "./cache";
import { hashPair } from "./hash";
import {
	byCharacter,
	joins,
	joinsMask,
	wordBytes,
	words,
	wordsMask,
} from "./memory";
import { merge } from "./merge";
import { out, put, writeTo } from "./output";
import { characterOf, SPACE, writeSymbols } from "./symbols";
import { codePointAt, lengthOf } from "./utf8";
import { mergeLater } from "./waiting";

/** Stands for every character in the pairs that merges reach across. */
const ANY: u32 = 0x1fffff;

/** Writes the tokens of a word, which ends at a border of characters. */
export function encodeWord(start: usize, end: usize): void {
	const length = end - start;
	if (length <= MAX_WORD && writeKnown(start, length, false)) return;
	encodeNew(start, end);
}

function encodeNew(start: usize, end: usize): void {
	if (words !== 0) {
		const from = out;
		const id = findWord(start, end - start);
		if (id >= 0) {
			put(id);
			keep(start, end, false, from);
			return;
		}
	}
	if (!mergeLater(start, end, false)) encodeLong(start, end);
}

/**
 * No merge reaches across a border whose two characters no token holds side by
 * side: what lies between such borders is merged alone, and comes again more often
 * than the word.
 */
function encodeLong(start: usize, end: usize): void {
	const from = out;
	/** The tokens of a word to be kept must not wait. */
	const mayWait = end - start > MAX_WORD;
	let pieceStart = start;
	let first: u32 = load<u8>(start);
	let at = start + lengthOf(first);
	let before = characterOf(codePointAt(start, first));
	while (at < end) {
		first = load<u8>(at);
		const point = characterOf(codePointAt(at, first));
		if (!mayJoin(before, point)) {
			encodePiece(pieceStart, at, mayWait);
			pieceStart = at;
		}
		before = point;
		at += lengthOf(first);
	}
	if (pieceStart === start) mergeNow(start, end);
	else encodePiece(pieceStart, end, mayWait);
	if (!mayWait) keep(start, end, false, from);
}

function encodePiece(start: usize, end: usize, mayWait: bool): void {
	const length = end - start;
	const isPiece = words !== 0;
	if (length <= MAX_WORD && writeKnown(start, length, isPiece)) return;
	if (mayWait && mergeLater(start, end, isPiece)) return;
	const from = out;
	mergeNow(start, end);
	keep(start, end, isPiece, from);
}

function keep(start: usize, end: usize, isPiece: bool, from: usize): void {
	const length = end - start;
	const count = <i32>((out - from) >>> 2);
	if (length <= MAX_WORD && count <= MAX_TOKENS)
		remember(start, length, isPiece, from, count);
}

function mergeNow(start: usize, end: usize): void {
	const from = out;
	writeSymbols(start, end);
	const left = merge(from, <i32>((out - from) >>> 2));
	writeTo(from + ((<usize>left) << 2));
}

/** Whether a merge may reach across two characters; true now and then when none does. */
export function mayJoin(left: u32, right: u32): bool {
	if (left === SPACE || right === SPACE) {
		left = characterOf(left);
		right = characterOf(right);
	}
	if (isJoined(left, right)) return true;
	return !byCharacter && (isJoined(ANY, right) || isJoined(left, ANY));
}

function isJoined(left: u32, right: u32): bool {
	const bit = hashPair(left, right) & joinsMask;
	return ((load<u8>(joins + (bit >>> 3)) >>> (bit & 7)) & 1) !== 0;
}

/** The id of a word that is a token, or -1. */
function findWord(start: usize, length: usize): i32 {
	let hash: u32 = <u32>length;
	const end = start + length;
	let at = start;
	for (; at + 4 <= end; at += 4) hash = mixed(hash, load<u32>(at));
	if (at < end) {
		const bits = (<u32>(end - at)) << 3;
		hash = mixed(hash, load<u32>(at) & ((1 << bits) - 1));
	}
	let slot = (hash ^ (hash >>> 15)) & wordsMask;
	while (true) {
		const entry = words + ((<usize>slot) << 4);
		const found: usize = load<u32>(entry, 4);
		if (found === 0) return -1;
		if (
			load<u32>(entry) === hash &&
			found === length &&
			isEqual(start, wordBytes + load<u32>(entry, 8), length)
		)
			return load<i32>(entry, 12);
		slot = (slot + 1) & wordsMask;
	}
}

function mixed(hash: u32, four: u32): u32 {
	return (rotl<u32>(hash, 15) ^ four) * 0x9e3779b1;
}

function isEqual(a: usize, b: usize, length: usize): bool {
	for (let i: usize = 0; i < length; i++)
		if (load<u8>(a + i) !== load<u8>(b + i)) return false;
	return true;
}
