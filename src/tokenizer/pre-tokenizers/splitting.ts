import type { Splitting } from "../compile-words.js";
import type { PreTokenizer } from "./pre-tokenizer.js";

/** How the kernel finds the words that a pre-tokenizer finds; null: it does not. */
export function splittingOf(
	preTokenizer: PreTokenizer | null,
): Splitting | null {
	if (preTokenizer === null) return { by: "levels", levels: [] };
	return null;
}
