import { HuggingFaceTokenizer } from "./huggingface.js";
import type { Tokenizer } from "./tokenizer.js";
import { parseTokenizerConfig, parseTokenizerJson } from "./tokenizer-json.js";

/** The texts of a tokenizer's files. */
export interface TokenizerFiles {
	/** The text of tokenizer.json. */
	tokenizerJson: string;
	/** The text of tokenizer_config.json, where there is one. */
	configJson?: string | null;
	/** What to call tokenizer.json in messages. */
	name?: string;
}

/**
 * Makes a tokenizer from the texts of its files; runs anywhere.
 * @throws DataError `not-a-tokenizer`
 */
export function tokenizerFromJson(files: TokenizerFiles): Tokenizer {
	const name = files.name ?? "tokenizer.json";
	const json = parseTokenizerJson(files.tokenizerJson, name);
	const config = files.configJson
		? parseTokenizerConfig(
				files.configJson,
				name.replace(/[^/\\]*$/, "tokenizer_config.json"),
			)
		: null;
	return new HuggingFaceTokenizer(json, config, name);
}
