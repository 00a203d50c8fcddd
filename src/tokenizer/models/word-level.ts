import type { Component } from "../component.js";
import {
	HEADER_MODEL,
	HEADER_MOST_CHARACTERS,
	HEADER_REST,
	HEADER_UNK_ID,
	MODEL_WORD_PIECE,
} from "../layout.js";
import { addTrie } from "./add-trie.js";
import type { Model } from "./model.js";
import { noToken } from "./no-token.js";
import { readVocabulary } from "./vocabulary.js";
import { LONGEST_WORD } from "./word-piece.js";

/** A token for each word that is known, one for all others. */
export function readWordLevel(component: Component): Model {
	const unk = component.text("unk_token");
	const { ids, tokens } = readVocabulary(component);
	const unkId = ids.get(unk);
	return {
		type: "WordLevel",
		tokens,
		tokenToId: (token) => ids.get(token),
		encodeWord(word, out) {
			const id = ids.get(word) ?? unkId;
			if (id === undefined) throw noToken(word, unk);
			out.push(id);
		},
		// As WordPiece whose words do not go on.
		addTo(image, spaceIsBlock) {
			if (addTrie(image, ids, spaceIsBlock) === null) return null;
			image.set(HEADER_MODEL, MODEL_WORD_PIECE);
			image.set(HEADER_REST, -1);
			image.set(HEADER_MOST_CHARACTERS, LONGEST_WORD);
			image.set(HEADER_UNK_ID, unkId ?? -1);
			return { idsPerByte: 1, missing: unkId === undefined ? { unk } : null };
		},
	};
}
