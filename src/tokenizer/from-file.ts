import { completedFiles } from "./completed-files.js";
import { converted } from "./convert/converted.js";
import {
	type TokenizerEngine,
	type TokenizerFiles,
	tokenizerFromJson,
} from "./from-json.js";
import type { Tokenizer } from "./tokenizer.js";

/** What is beside a tokenizer's file, and how it is read. */
export interface FileOptions
	extends Omit<TokenizerFiles, "tokenizerJson" | "isConverted" | "name"> {
	/**
	 * The file's name, which tells its kind: `tokenizer.json`, `tekken.json`, `cl100k_base.tiktoken`,
	 * `tokenizer.model`; a path before it is for messages.
	 */
	name: string;
}

/**
 * The texts of a tokenizer.json and a configuration that say all that a file and those beside it do.
 * @throws DataError `not-a-tokenizer`, `bad-tokenizer-config`
 */
export function filesOfFile(
	file: Uint8Array,
	{ name, configJson = null, specialTokensMapJson = null }: FileOptions,
): TokenizerFiles {
	const { isConverted, ...files } = converted(file, name, configJson);
	return {
		...completedFiles({ ...files, specialTokensMapJson, name }),
		...(isConverted && { isConverted }),
		name,
	};
}

/**
 * Makes a tokenizer from the bytes of a file of any kind; runs anywhere.
 * @throws DataError `not-a-tokenizer`, `bad-tokenizer-config`
 */
export function tokenizerFromFile(
	file: Uint8Array,
	options: FileOptions,
	engine: TokenizerEngine = "auto",
): Tokenizer {
	const { splitsSpecialTokens = false } = options;
	const files = filesOfFile(file, options);
	return tokenizerFromJson({ ...files, splitsSpecialTokens }, engine);
}
