import type { Int32Buffer } from "../../core/buffers.js";
import type { Component } from "../component.js";
import {
	HEADER_MODEL,
	HEADER_MOST_CHARACTERS,
	HEADER_REST,
	HEADER_UNK_ID,
	MODEL_WORD_PIECE,
} from "../layout.js";
import { LOWER_BLOCK } from "../spaces.js";
import { addTrie } from "./add-trie.js";
import type { Model } from "./model.js";
import { noToken } from "./no-token.js";
import { lazyTrie } from "./read-trie.js";
import { readVocabulary } from "./vocabulary.js";

/** No word has as many characters. */
export const LONGEST_WORD = 2 ** 31 - 1;

/** The longest token from the left, again and again (Wu et al., 1609.08144). */
export function readWordPiece(component: Component): Model {
	const unk = component.text("unk_token");
	const prefix = component.text("continuing_subword_prefix");
	const mostCharacters = component.count("max_input_chars_per_word");
	const { ids, tokens } = readVocabulary(component);
	const unkId = ids.get(unk);
	const encoder = new TextEncoder();
	const trieOf = lazyTrie(component, ids);

	/** Appends the tokens of a word; false where there is none for some part of it. */
	const encode = (bytes: Uint8Array, out: Int32Buffer): boolean => {
		const trie = trieOf();
		/** Where tokens go on that continue a word; -1 where there are none. */
		const rest = trie.walk(encoder.encode(prefix));
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
		addTo(image, spaceIsBlock) {
			// What stands for a space would be one.
			if (spaceIsBlock && prefix.includes(" ")) return null;
			const trie = addTrie(image, ids, spaceIsBlock);
			if (trie === null) return null;
			image.set(HEADER_MODEL, MODEL_WORD_PIECE);
			const written = spaceIsBlock
				? prefix.replaceAll(LOWER_BLOCK, " ")
				: prefix;
			image.set(HEADER_REST, trie.walk(encoder.encode(written)));
			image.set(HEADER_MOST_CHARACTERS, Math.min(mostCharacters, LONGEST_WORD));
			image.set(HEADER_UNK_ID, unkId ?? -1);
			return { idsPerByte: 1, missing: unkId === undefined ? { unk } : null };
		},
	};
}

function hasMoreCharacters(text: string, most: number): boolean {
	if (text.length <= most) return false;
	let count = 0;
	for (const _ of text) if (++count > most) return true;
	return false;
}
