import type { Component } from "../component.js";
import type { Model } from "./model.js";
import { noToken } from "./no-token.js";
import { readVocabulary } from "./vocabulary.js";

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
	};
}
