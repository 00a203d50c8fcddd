// A trie of tokens, as a double array: see ../models/trie.ts.

import { TRIE_BASE_SHIFT, TRIE_LABEL, TRIE_TAKEN } from "../layout";
import { trie } from "./memory";

/** No node has this base. */
export const NO_BASE: u32 = 0xffffffff;

/** The base of the node that a byte leads to from one with this base, or NO_BASE. */
export function childBase(base: u32, byte: u32): u32 {
	const unit = load<u32>(trie + ((<usize>(base ^ byte)) << 3));
	return (unit & TRIE_LABEL) === (byte | TRIE_TAKEN)
		? unit >>> TRIE_BASE_SHIFT
		: NO_BASE;
}

export function baseOf(node: i32): u32 {
	return load<u32>(trie + ((<usize>node) << 3)) >>> TRIE_BASE_SHIFT;
}
