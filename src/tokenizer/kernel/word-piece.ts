// WordPiece of one word: the longest token from the left, again and again.

import { TRIE_BASE_SHIFT, TRIE_LABEL, TRIE_TAKEN } from "../layout";
import { mostCharacters, rest, trie, unkId } from "./memory";
import { out, put, writeTo } from "./output";
import { baseOf } from "./trie";

export function encodeWordPiece(start: usize, end: usize): void {
	const from = out;
	if (!hasMoreCharacters(start, end) && writePieces(start, end)) return;
	writeTo(from);
	put(unkId);
}

/** Writes the tokens of a word; false where there is none for some part of it. */
function writePieces(start: usize, end: usize): bool {
	let base = baseOf(0);
	for (let at = start; at < end; ) {
		let id = -1;
		let next = at;
		for (let to = at; to < end; ) {
			const byte: u32 = load<u8>(to);
			const node = load<u64>(trie + ((<usize>(base ^ byte)) << 3));
			if ((<u32>node & TRIE_LABEL) !== (byte | TRIE_TAKEN)) break;
			to++;
			base = <u32>node >>> TRIE_BASE_SHIFT;
			const found = <i32>(node >>> 32);
			id = found >= 0 ? found : id;
			next = found >= 0 ? to : next;
		}
		if (id < 0) return false;
		put(id);
		at = next;
		if (at < end) {
			if (rest < 0) return false;
			base = baseOf(rest);
		}
	}
	return true;
}

function hasMoreCharacters(start: usize, end: usize): bool {
	if (end - start <= <usize>mostCharacters) return false;
	let count: u32 = 0;
	for (let at = start; at < end; at++) {
		if ((load<u8>(at) & 0xc0) !== 0x80) count++;
		if (count > mostCharacters) return true;
	}
	return false;
}
