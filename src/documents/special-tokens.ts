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
 * The ids of the tokens that the options put around each document. Where they do not say it,
 * `add_bos_token` and `add_eos_token` of the tokenizer's configuration do; where that does not either,
 * there is no BOS, and EOS where the tokenizer has one.
 * @param endsAnswers Whether EOS ends answers of a model, which has to learn it: then the configuration,
 * which speaks of what a model is asked, does not count for it.
 * @throws UsageError `missing-option`, `unknown-name`, `ignored-option`
 */
export function specialTokens(
	options: Omit<TokensOptions, "tokenizer">,
	tokenizer: Tokenizer,
	endsAnswers = false,
): Pick<Encoder, "bos" | "eos"> {
	const idOf = (kind: "bos" | "eos", usual: boolean | undefined) => {
		const { add: adding, token: naming } = specialOptions[kind];
		const name = options[naming];
		const add = options[adding] ?? usual;
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
	const { bos, eos } = tokenizer;
	return {
		bos: idOf("bos", bos?.added ?? false),
		// A token that is named is wanted.
		eos: idOf(
			"eos",
			eos?.added === false && !endsAnswers && options.eosToken === undefined
				? false
				: undefined,
		),
	};
}

/** Sentences on what the tokenizer's configuration decides, and nothing that was given. */
export function decidedByConfiguration(
	options: Omit<TokensOptions, "tokenizer">,
	tokenizer: Tokenizer,
): string[] {
	const sentences: string[] = [];
	if (tokenizer.bos?.added && options.addBos === undefined)
		sentences.push(
			`documents begin with ${tokenizer.bos.token}, as add_bos_token in tokenizer_config.json says.`,
		);
	if (
		tokenizer.eos?.added === false &&
		options.addEos === undefined &&
		options.eosToken === undefined
	)
		sentences.push(
			`documents do not end with ${tokenizer.eos.token}, as add_eos_token in tokenizer_config.json says.`,
		);
	return sentences;
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
