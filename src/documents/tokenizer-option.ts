import { optionName, UsageError } from "../core/errors.js";
import { sourceFormats } from "../sources/formats.js";
import type { InputFile } from "../sources/source.js";
import {
	tokenizerExamples,
	withSettings,
} from "../tokenizer/named-tokenizers.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { TokensOptions } from "./options.js";
import type { TakeSettings } from "./take-settings.js";

/**
 * The tokenizer that options ask for, by path or name.
 * @throws UsageError `missing-option`, `ignored-option`
 */
export function tokenizerOf(options: TokensOptions): string {
	const { tokenizer, vocabSize } = options;
	if (tokenizer === undefined && vocabSize === undefined)
		throw new UsageError(
			"missing-option",
			`${optionName("tokenizer")} is missing: give a tokenizer.json, a directory that holds one, or one of ${tokenizerExamples()}; for input that is token ids, give ${optionName("vocabSize")}.`,
		);
	if (tokenizer !== undefined && vocabSize !== undefined)
		throw new UsageError(
			"ignored-option",
			`${optionName("vocabSize")} would change nothing: the tokenizer says it. Give one of them.`,
		);
	return withSettings(tokenizer ?? `ids:${vocabSize}`, options);
}

/**
 * Checks that files hold what is made tokens of: texts, or ids.
 * @param tokens How their records are read as lists of ids; null: they are texts, where
 * the format does not say otherwise.
 * @throws UsageError `bad-option`
 */
export function requireContent(
	files: readonly Pick<InputFile, "path" | "format">[],
	{ takesIds = false }: Pick<Tokenizer, "takesIds">,
	tokens: TakeSettings["tokens"],
): void {
	for (const { path, format } of files) {
		const holdsIds =
			sourceFormats.find(format).content === "tokens" || tokens !== null;
		if (holdsIds === takesIds) continue;
		throw new UsageError(
			"bad-option",
			holdsIds
				? `${path} holds token ids, and a tokenizer makes tokens of texts: give ${optionName("vocabSize")} in its place.`
				: `${path} holds texts, and ${optionName("vocabSize")} is for input that is token ids: give ${optionName("tokenizer")}, or name the field of the ids with ${optionName("tokensField")}.`,
		);
	}
}
