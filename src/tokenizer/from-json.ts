import { UsageError } from "../core/errors.js";
import { ByteLevelBpe } from "./byte-level-bpe.js";
import { HuggingFaceTokenizer } from "./huggingface.js";
import type { Tokenizer } from "./tokenizer.js";
import { parseTokenizerConfig, parseTokenizerJson } from "./tokenizer-json.js";

/**
 * Which implementation to use: `fast` our own, `huggingface` the library for
 * all kinds of tokenizers, `auto` the fast one for the files that it can run.
 */
export const tokenizerEngines = ["auto", "fast", "huggingface"] as const;
export type TokenizerEngine = (typeof tokenizerEngines)[number];

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
 * @throws DataError `not-a-tokenizer`; UsageError `no-fast-engine` when `fast`
 * is asked for and cannot run the file.
 */
export function tokenizerFromJson(
	files: TokenizerFiles,
	engine: TokenizerEngine = "auto",
): Tokenizer {
	const name = files.name ?? "tokenizer.json";
	const json = parseTokenizerJson(files.tokenizerJson, name);
	const config = files.configJson
		? parseTokenizerConfig(
				files.configJson,
				name.replace(/[^/\\]*$/, "tokenizer_config.json"),
			)
		: null;
	const missing =
		engine === "huggingface" ? "not wanted" : ByteLevelBpe.explain(json);
	if (missing === null) return new ByteLevelBpe(json, config, name);
	if (engine === "fast")
		throw new UsageError(
			"no-fast-engine",
			`${name} cannot be run by the fast engine, which has no ${missing}: leave out --tokenizer-engine fast.`,
		);
	return new HuggingFaceTokenizer(json, config, name);
}
