import { compileTree } from "../patterns/find-matches.js";
import type { PatternNode } from "../patterns/tree.js";
import { splitByMatches } from "./behaviour.js";
import { neitherWordNorSpace, wordCharacters } from "./character-sets.js";
import { type PreTokenizer, runOf } from "./pre-tokenizer.js";

/** Takes words, `\w+`, and what is neither word nor space, `[^\w\s]+`, of Rust's own expressions. */
export function readWhitespace(): PreTokenizer {
	const pattern: PatternNode = {
		kind: "choice",
		options: [runOf(wordCharacters()), runOf(neitherWordNorSpace())],
	};
	const finder = compileTree(pattern)();
	return {
		type: "Whitespace",
		kernel: [
			{
				by: "pattern",
				pattern,
				source: "\\w+|[^\\w\\s]+",
				dropsGaps: true,
			},
		],
		split: (text, first, take) =>
			splitByMatches(text, first, finder, "Removed", true, take),
	};
}
