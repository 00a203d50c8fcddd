import { optionName, UsageError } from "../core/errors.js";
import { quoted } from "../core/text.js";
import type { SpecialToken, Tokenizer } from "../tokenizer/tokenizer.js";
import type { Encoder } from "./encode-text.js";
import type { TokensOptions } from "./options.js";

/** The options that say which tokens are put around documents. */
export const specialOptions = {
	bos: { add: "addBos", token: "bosToken" },
	eos: { add: "addEos", token: "eosToken" },
} as const;

/**
 * The ids of the tokens that the options put around each document: BOS when asked
 * for, EOS unless it is refused or the tokenizer has none.
 * @throws UsageError `missing-option`, `unknown-name`, `ignored-option`
 */
export function specialTokens(
	options: Omit<TokensOptions, "tokenizer">,
	tokenizer: Tokenizer,
): Pick<Encoder, "bos" | "eos"> {
	const idOf = (kind: "bos" | "eos", add: boolean | undefined) => {
		const { add: adding, token: naming } = specialOptions[kind];
		const name = options[naming];
		if (add === false && name !== undefined)
			throw new UsageError(
				"ignored-option",
				`${optionName(naming)} would change nothing without ${optionName(adding, true)}: give both, or neither.`,
			);
		if (add === false) return null;
		const special =
			name === undefined ? tokenizer[kind] : named(naming, name, tokenizer);
		if (special === null && add === true)
			throw new UsageError(
				"missing-option",
				`${optionName(naming)} is missing: the tokenizer does not say which token is its ${kind.toUpperCase()}. Name it, or leave out ${optionName(adding)}.`,
			);
		return special?.id ?? null;
	};
	return {
		bos: idOf("bos", options.addBos ?? false),
		eos: idOf("eos", options.addEos),
	};
}

function named(
	option: string,
	token: string,
	tokenizer: Tokenizer,
): SpecialToken {
	const id = tokenizer.tokenToId(token);
	if (id === undefined)
		throw new UsageError(
			"unknown-name",
			`the tokenizer has no token ${quoted(token)}: name one that it has with ${optionName(option)}.`,
		);
	return { token, id };
}
