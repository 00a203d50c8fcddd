import { compileTree } from "../patterns/find-matches.js";
import { splitByMatches } from "./behaviour.js";
import { neitherWordNorSpace, wordCharacters } from "./character-sets.js";
import type { PreTokenizer } from "./pre-tokenizer.js";

/** Takes words, `\w+`, and what is neither word nor space, `[^\w\s]+`, of Rust's own expressions. */
export function readWhitespace(): PreTokenizer {
	const run = (set: readonly number[]) =>
		({
			kind: "repeat",
			part: { kind: "set", set },
			least: 1,
			most: Number.POSITIVE_INFINITY,
			isLazy: false,
		}) as const;
	const finder = compileTree({
		kind: "choice",
		options: [run(wordCharacters()), run(neitherWordNorSpace())],
	})();
	return {
		type: "Whitespace",
		split: (text, first, take) =>
			splitByMatches(text, first, finder, "Removed", true, take),
	};
}
