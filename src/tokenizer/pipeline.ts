import { Component } from "./component.js";
import type { Decoder } from "./decoders/decoder.js";
import { readTokenDecoder } from "./decoders/decoders.js";
import type { Model } from "./models/model.js";
import { readModel } from "./models/models.js";
import type { Normalizer } from "./normalizers/normalizer.js";
import { readNormalizer } from "./normalizers/normalizers.js";
import type { PreTokenizer } from "./pre-tokenizers/pre-tokenizer.js";
import { readPreTokenizer } from "./pre-tokenizers/pre-tokenizers.js";
import type { TokenizerJson } from "./tokenizer-json.js";

/** The components of a tokenizer.json, in the order in which a text goes through them; null: it has none. */
export interface Pipeline {
	normalizer: Normalizer | null;
	preTokenizer: PreTokenizer | null;
	model: Model;
	decoder: Decoder | null;
}

/**
 * Reads and checks all components of a file.
 * @param name What to call it in messages.
 * @throws DataError `not-a-tokenizer`
 */
export function readPipeline(json: TokenizerJson, name: string): Pipeline {
	const component = <Kind>(key: string, read: (of: Component) => Kind) =>
		json[key] === null || json[key] === undefined
			? null
			: read(new Component(json[key], key, name));
	return {
		normalizer: component("normalizer", readNormalizer),
		preTokenizer: component("pre_tokenizer", readPreTokenizer),
		model: readModel(new Component(json.model, "model", name)),
		decoder: component("decoder", readTokenDecoder),
	};
}
