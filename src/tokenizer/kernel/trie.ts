// A trie of tokens, as a double array: see ../models/trie.ts.

import { TRIE_BASE_SHIFT, TRIE_LABEL, TRIE_TAKEN } from "../layout";
import { trie } from "./memory";

/** No node has this base. */
export const NO_BASE: u32 = 0xffffffff;

/** The id of the text between two places, or -1. */
export function tokenAt(start: usize, end: usize): i32 {
	return tokenFrom(baseOf(0), start, end);
}

/** The id of the token that a text makes from a node with this base on, or -1. */
export function tokenFrom(base: u32, start: usize, end: usize): i32 {
	walk(base, start, end);
	return walkedBase === NO_BASE ? -1 : walkedId;
}

/** Where the last walk ended: the node's base, or NO_BASE, and its id. */
export let walkedBase: u32 = 0;
let walkedId: i32 = 0;

/** Walks by a text's bytes from a node with this base on. */
export function walk(base: u32, start: usize, end: usize): void {
	let id = -1;
	for (let at = start; at < end && base !== NO_BASE; at++) {
		const byte: u32 = load<u8>(at);
		const node = load<u64>(trie + ((<usize>(base ^ byte)) << 3));
		const isChild = (<u32>node & TRIE_LABEL) === (byte | TRIE_TAKEN);
		base = isChild ? <u32>node >>> TRIE_BASE_SHIFT : NO_BASE;
		id = <i32>(node >>> 32);
	}
	walkedBase = base;
	walkedId = id;
}

export function baseOf(node: i32): u32 {
	return load<u32>(trie + ((<usize>node) << 3)) >>> TRIE_BASE_SHIFT;
}
