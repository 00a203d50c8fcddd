import { Component } from "./component.js";
import type { Decoder } from "./decoders/decoder.js";
import { readTokenDecoder } from "./decoders/decoders.js";
import type { Normalizer } from "./normalizers/normalizer.js";
import { readNormalizer } from "./normalizers/normalizers.js";
import type { PreTokenizer } from "./pre-tokenizers/pre-tokenizer.js";
import { readPreTokenizer } from "./pre-tokenizers/pre-tokenizers.js";
import type { TokenizerJson } from "./tokenizer-json.js";

/** What is around the model of a tokenizer.json, as it stands there. */
export interface ComponentsJson {
	normalizer?: unknown;
	pre_tokenizer?: unknown;
	decoder?: unknown;
	/** As that of `TokenizerJson`. */
	isConverted?: boolean | undefined;
}

export function componentsOf(json: TokenizerJson): ComponentsJson {
	const { normalizer, pre_tokenizer, decoder, isConverted } = json;
	return { normalizer, pre_tokenizer, decoder, isConverted };
}

/** The same, read; null: the file has none. */
export interface Components {
	normalizer: Normalizer | null;
	preTokenizer: PreTokenizer | null;
	decoder: Decoder | null;
}

/**
 * Reads and checks what is around the model.
 * @param name What to call the file in messages.
 * @throws DataError `not-a-tokenizer`
 */
export function readComponents(json: ComponentsJson, name: string): Components {
	const component = <Kind>(
		key: Exclude<keyof ComponentsJson, "isConverted">,
		read: (of: Component) => Kind,
	) =>
		json[key] === null || json[key] === undefined
			? null
			: read(new Component(json[key], key, name, json.isConverted));
	return {
		normalizer: component("normalizer", readNormalizer),
		preTokenizer: component("pre_tokenizer", readPreTokenizer),
		decoder: component("decoder", readTokenDecoder),
	};
}
