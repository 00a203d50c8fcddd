// Added tokens: the leftmost, and of those that begin at one place the longest,
// as the Rust library finds them. A trie whose edges (node, byte) -> node lie in
// one open-addressing table.

import { EDGE_HASH_SHIFT, HASH_FACTOR } from "../layout";
import { findInSet } from "./byte-set";
import { addedEdges, addedFirst, addedIds, addedMask } from "./memory";

export const NONE: i32 = 0;
export const FOUND: i32 = 1;
/** A token may begin here: what follows the end of this stretch decides. */
export const UNCERTAIN: i32 = 2;

/** What the last search came to, and of a token that was found: end and id. */
export let outcome: i32 = NONE;
export let tokenEnd: usize = 0;
export let tokenId: i32 = 0;
/** Whether it is special. */
export let isSpecial: bool = false;

const GOES_ON: u32 = 1;
const SPECIAL: u32 = 2;

/** The address of the first added token in a text, or its end when there is none. */
export function findAdded(start: usize, end: usize, isLast: bool): usize {
	outcome = NONE;
	for (
		let at = findInSet(start, end, addedFirst);
		at < end;
		at = findInSet(at + 1, end, addedFirst)
	) {
		let node: u32 = 0;
		let next = at;
		while (true) {
			if (next >= end) {
				if (!isLast && hasEdges(node)) {
					outcome = UNCERTAIN;
					return at;
				}
				break;
			}
			node = follow(node, load<u8>(next));
			if (node === 0) break;
			next++;
			const id = load<i32>(addedIds + ((<usize>node) << 3));
			if (id >= 0) {
				outcome = FOUND;
				tokenEnd = next;
				tokenId = id;
				isSpecial = (bitsOf(node) & SPECIAL) !== 0;
			}
		}
		if (outcome === FOUND) return at;
	}
	return end;
}

function hasEdges(node: u32): bool {
	return (bitsOf(node) & GOES_ON) !== 0;
}

function bitsOf(node: u32): u32 {
	return load<u32>(addedIds + ((<usize>node) << 3), 4);
}

/** The node that an edge leads to; 0, the root, when there is no such edge. */
function follow(node: u32, byte: u32): u32 {
	const key = (node << 8) | byte;
	let slot = ((key * <u32>HASH_FACTOR) >>> EDGE_HASH_SHIFT) & addedMask;
	while (true) {
		const entry = addedEdges + ((<usize>slot) << 3);
		const to = load<u32>(entry, 4);
		if (to === 0) return 0;
		if (load<u32>(entry) === key) return to;
		slot = (slot + 1) & addedMask;
	}
}
