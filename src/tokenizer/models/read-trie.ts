import type { Component } from "../component.js";
import { makeTrie, type Trie } from "./trie.js";

/** The trie of a model's vocabulary. @throws DataError `not-a-tokenizer` */
export function readTrie(
	component: Component,
	ids: ReadonlyMap<string, number>,
): Trie {
	const trie = makeTrie(ids);
	if (trie !== null) return trie;
	throw component.refused(
		'its "vocab" is too large: 8 million nodes of a trie',
	);
}
