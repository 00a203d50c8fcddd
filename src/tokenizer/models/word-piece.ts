import type { Int32Buffer } from "../../core/buffers.js";
import type { Component } from "../component.js";
import type { Model } from "./model.js";
import { noToken } from "./no-token.js";
import { readTrie } from "./read-trie.js";
import { readVocabulary } from "./vocabulary.js";

/** The longest token from the left, again and again (Wu et al., 1609.08144). */
export function readWordPiece(component: Component): Model {
	const unk = component.text("unk_token");
	const prefix = component.text("continuing_subword_prefix");
	const mostCharacters = component.count("max_input_chars_per_word");
	const { ids, tokens } = readVocabulary(component);
	const unkId = ids.get(unk);
	const encoder = new TextEncoder();
	const trie = readTrie(component, ids);
	/** Where tokens go on that continue a word; -1 where there are none. */
	const rest = trie.walk(encoder.encode(prefix));

	/** Appends the tokens of a word; false where there is none for some part of it. */
	const encode = (bytes: Uint8Array, out: Int32Buffer): boolean => {
		let start = 0;
		while (start < bytes.length) {
			let node = start === 0 ? trie.root : rest;
			let id = -1;
			let end = start;
			for (let at = start; at < bytes.length && node !== -1; ) {
				node = trie.child(node, bytes[at++]);
				if (node === -1 || trie.id(node) === -1) continue;
				id = trie.id(node);
				end = at;
			}
			if (id === -1) return false;
			out.push(id);
			start = end;
		}
		return true;
	};

	return {
		type: "WordPiece",
		tokens,
		tokenToId: (token) => ids.get(token),
		encodeWord(word, out) {
			const before = out.length;
			if (
				!hasMoreCharacters(word, mostCharacters) &&
				encode(encoder.encode(word), out)
			)
				return;
			out.length = before;
			if (unkId === undefined) throw noToken(word, unk);
			out.push(unkId);
		},
	};
}

function hasMoreCharacters(text: string, most: number): boolean {
	if (text.length <= most) return false;
	let count = 0;
	for (const _ of text) if (++count > most) return true;
	return false;
}
