import type { KernelImage } from "../kernel-image.js";
import { HEADER_LONGEST, HEADER_TRIE } from "../layout.js";
import { LOWER_BLOCK } from "../spaces.js";
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
	const texts: string[] = [];
	const idsOfTexts: number[] = [];
	let longest = 1;
	for (const [token, id] of ids) {
		// A token with a space of its own is no word's.
		if (spaceIsBlock && token.includes(" ")) continue;
		const hasBlock = spaceIsBlock && token.includes(LOWER_BLOCK);
		texts.push(hasBlock ? token.replaceAll(LOWER_BLOCK, " ") : token);
		idsOfTexts.push(id);
		longest = Math.max(longest, token.length);
	}
	const trie = makeTrie(texts, idsOfTexts);
	if (trie === null) return null;
	image.addAt(HEADER_TRIE, trie.units);
	// A unit is at most three bytes.
	image.set(HEADER_LONGEST, longest * 3);
	return trie;
}
