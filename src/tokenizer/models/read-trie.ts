import type { Component } from "../component.js";
import { makeTrie, type Trie } from "./trie.js";

/** The trie of a model's vocabulary, made when it is first asked for. */
export function lazyTrie(
	component: Component,
	ids: ReadonlyMap<string, number>,
): () => Trie {
	let trie: Trie | null = null;
	return () => {
		trie ??= makeTrie([...ids.keys()], [...ids.values()]);
		if (trie === null)
			throw component.refused(
				'its "vocab" is too large: 8 million nodes of a trie',
			);
		return trie;
	};
}
