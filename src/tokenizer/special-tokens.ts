import type { SpecialToken } from "./tokenizer.js";
import type { TokenizerConfigJson, TokenizerJson } from "./tokenizer-json.js";

/**
 * Names that tokenizers give their document borders, for a tokenizer.json
 * without a tokenizer_config.json beside it. The first that is there counts.
 */
const USUAL_NAMES = {
	bos: ["<|begin_of_text|>", "<s>", "<bos>", "<|startoftext|>"],
	eos: ["<|end_of_text|>", "<|endoftext|>", "</s>", "<eos>"],
};

/**
 * Finds the token that begins (`bos`) or ends (`eos`) a document: the one that
 * tokenizer_config.json names (null there means none), else the first usual
 * name among the added tokens.
 */
export function findSpecialToken(
	kind: "bos" | "eos",
	json: TokenizerJson,
	config: TokenizerConfigJson | null,
	tokenToId: (token: string) => number | undefined,
): SpecialToken | null {
	const added = config?.[`add_${kind}_token`];
	const says = typeof added === "boolean" ? { added } : {};
	const named = config?.[`${kind}_token`];
	if (named !== undefined) {
		const token = typeof named === "string" ? named : named?.content;
		const id = token === undefined ? undefined : tokenToId(token);
		return token === undefined || id === undefined
			? null
			: { token, id, ...says };
	}
	for (const token of USUAL_NAMES[kind]) {
		if (!json.added_tokens.some(({ content }) => content === token)) continue;
		// Not the id that the file gives it, which counts for nothing where the vocabulary says another.
		const id = tokenToId(token);
		if (id !== undefined) return { token, id, ...says };
	}
	return null;
}
