// One word to tokens: from the cache, else whole from the vocabulary where that
// comes first, else by merging.

import { MAX_TOKENS, MAX_WORD, remember, writeKnown } from "./cache";
import { hashPair } from "./hash";
import {
	byCharacter,
	characterIds,
	characterPages,
	idOfByte,
	joins,
	joinsMask,
	wordBytes,
	words,
	wordsMask,
} from "./memory";
import { merge } from "./merge";
import { out, put, writeTo } from "./output";
import { codePointAt, lengthOf } from "./utf8";

const SPACE: u32 = 0x20;
/** What stands for a space in a vocabulary of characters (SentencePiece). */
const LOWER_BLOCK: u32 = 0x2581;
/** Stands for every character in the pairs that merges reach across. */
const ANY: u32 = 0x1fffff;

/** Writes the tokens of a word, which ends at a border of characters. */
export function encodeWord(start: usize, end: usize): void {
	const length = end - start;
	if (length <= MAX_WORD && writeKnown(start, length, false)) return;
	encodeNew(start, end);
}

function encodeNew(start: usize, end: usize): void {
	const from = out;
	if (words !== 0) {
		const id = findWord(start, end - start);
		if (id >= 0) {
			put(id);
			keep(start, end, false, from);
			return;
		}
	}
	// No merge reaches across a border whose two characters no token holds side by
	// side: what lies between such borders is merged alone, and comes again more
	// often than the word.
	let pieceStart = start;
	let first: u32 = load<u8>(start);
	let at = start + lengthOf(first);
	let before = symbolOf(codePointAt(start, first));
	while (at < end) {
		first = load<u8>(at);
		const point = symbolOf(codePointAt(at, first));
		if (!mayJoin(before, point)) {
			encodePiece(pieceStart, at);
			pieceStart = at;
		}
		before = point;
		at += lengthOf(first);
	}
	if (pieceStart === start) mergeBytes(start, end);
	else encodePiece(pieceStart, end);
	keep(start, end, false, from);
}

function encodePiece(start: usize, end: usize): void {
	const length = end - start;
	const isPiece = words !== 0;
	if (length <= MAX_WORD && writeKnown(start, length, isPiece)) return;
	const from = out;
	mergeBytes(start, end);
	keep(start, end, isPiece, from);
}

function keep(start: usize, end: usize, isPiece: bool, from: usize): void {
	const length = end - start;
	const count = <i32>((out - from) >>> 2);
	if (length <= MAX_WORD && count <= MAX_TOKENS)
		remember(start, length, isPiece, from, count);
}

function mergeBytes(start: usize, end: usize): void {
	const from = out;
	if (byCharacter) writeCharacters(start, end);
	else writeBytes(start, end);
	const left = merge(from, <i32>((out - from) >>> 2));
	writeTo(from + ((<usize>left) << 2));
}

/** The tokens of bytes, or of characters that their bytes always merge to. */
function writeBytes(start: usize, end: usize): void {
	let at = start;
	while (at < end) {
		const first: u32 = load<u8>(at);
		const length = lengthOf(first);
		const id = first < 0x80 ? -1 : idOfCharacter(codePointAt(at, first));
		if (id >= 0) put(id);
		else
			for (let i: usize = 0; i < length; i++)
				put(load<i32>(idOfByte + ((<usize>load<u8>(at + i)) << 2)));
		at += length;
	}
}

/** The tokens of characters, or of their bytes where there is none. */
function writeCharacters(start: usize, end: usize): void {
	let at = start;
	while (at < end) {
		const first: u32 = load<u8>(at);
		const length = lengthOf(first);
		const point = codePointAt(at, first);
		const id = idOfCharacter(symbolOf(point));
		if (id >= 0) put(id);
		else if (point === SPACE) {
			// U+2581 in UTF-8.
			put(load<i32>(idOfByte, 0xe2 << 2));
			put(load<i32>(idOfByte, 0x96 << 2));
			put(load<i32>(idOfByte, 0x81 << 2));
		} else
			for (let i: usize = 0; i < length; i++)
				put(load<i32>(idOfByte + ((<usize>load<u8>(at + i)) << 2)));
		at += length;
	}
}

function idOfCharacter(point: u32): i32 {
	const page: usize = load<u16>(characterPages + ((<usize>point >>> 8) << 1));
	return load<i32>(characterIds + (((page << 8) + (point & 0xff)) << 2));
}

function symbolOf(point: u32): u32 {
	return byCharacter && point === SPACE ? LOWER_BLOCK : point;
}

/** Whether a merge may reach across two characters; true now and then when none does. */
export function mayJoin(left: u32, right: u32): bool {
	if (left === SPACE || right === SPACE) {
		left = symbolOf(left);
		right = symbolOf(right);
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
	let hash: u32 = 0x811c9dc5;
	for (let i: usize = 0; i < length; i++)
		hash = (hash ^ load<u8>(start + i)) * 0x01000193;
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

function isEqual(a: usize, b: usize, length: usize): bool {
	for (let i: usize = 0; i < length; i++)
		if (load<u8>(a + i) !== load<u8>(b + i)) return false;
	return true;
}
