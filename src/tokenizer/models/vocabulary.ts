import { quoted } from "../../core/text.js";
import { isObject } from "../../core/values.js";
import type { Component } from "../component.js";
import { tokensOf } from "../tokenizer-json.js";

/** Ids are below this: tables that go by id stay small, whatever a file says. */
export const MOST_IDS = 2 ** 24;

export interface Vocabulary {
	ids: ReadonlyMap<string, number>;
	/** In the order of the ids. Of tokens that share an id, the last. */
	tokens: readonly (string | undefined)[];
}

/**
 * Reads the field `vocab`, an object of tokens and ids.
 * @throws DataError `not-a-tokenizer`
 */
export function readVocabulary(component: Component): Vocabulary {
	const vocab = component.raw("vocab");
	if (!isObject(vocab))
		throw component.fault("vocab", "an object of tokens and their ids");
	const ids = new Map<string, number>();
	let largest = -1;
	for (const token of tokensOf(vocab)) {
		const id = vocab[token];
		if (!Number.isInteger(id) || (id as number) < 0)
			throw component.refused(
				`the token ${quoted(token)} of its "vocab" has the id ${quoted(id)}, not a whole number of at least 0`,
			);
		if ((id as number) >= MOST_IDS)
			throw component.refused(
				`the token ${quoted(token)} of its "vocab" has the id ${quoted(id)}, and ids have to be below ${MOST_IDS}`,
			);
		ids.set(token, id as number);
		if ((id as number) > largest) largest = id as number;
	}
	const tokens = new Array<string | undefined>(largest + 1).fill(undefined);
	for (const [token, id] of ids) tokens[id] = token;
	return { ids, tokens };
}
