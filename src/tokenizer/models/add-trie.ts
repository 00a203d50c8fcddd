import { LOWER_BLOCK } from "../bpe-shape.js";
import type { KernelImage } from "../kernel-image.js";
import { HEADER_LONGEST, HEADER_TRIE } from "../layout.js";
import { makeTrie, type Trie } from "./trie.js";

/**
 * Adds the trie of a vocabulary to a kernel's image.
 * @param spaceIsBlock Whether words come with spaces for each U+2581.
 * @returns null where it is too large
 */
export function addTrie(
	image: KernelImage,
	ids: ReadonlyMap<string, number>,
	spaceIsBlock: boolean,
): Trie | null {
	const trie = makeTrie(spaceIsBlock ? withSpaces(ids) : ids);
	if (trie === null) return null;
	image.addAt(HEADER_TRIE, trie.units);
	let longest = 1;
	for (const token of ids.keys()) longest = Math.max(longest, token.length);
	// A unit is at most three bytes.
	image.set(HEADER_LONGEST, longest * 3);
	return trie;
}

/** A token with a space of its own is no word's. */
function withSpaces(ids: ReadonlyMap<string, number>): Map<string, number> {
	const spaced = new Map<string, number>();
	for (const [token, id] of ids)
		if (!token.includes(" "))
			spaced.set(token.replaceAll(LOWER_BLOCK, " "), id);
	return spaced;
}
