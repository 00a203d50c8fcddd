import { complement, whiteSpace } from "../code-points.js";
import { splitByMatches } from "./behaviour.js";
import { CharacterFinder } from "./character-finder.js";
import { punctuation } from "./character-sets.js";
import { type PreTokenizer, runOf } from "./pre-tokenizer.js";

/** Cuts at white space, which it drops, and around each mark of punctuation. */
export function readBert(): PreTokenizer {
	const spaces = new CharacterFinder(whiteSpace);
	const set = punctuation();
	const marks = new CharacterFinder(set);
	return {
		type: "BertPreTokenizer",
		kernel: [
			{
				by: "pattern",
				pattern: runOf(complement(whiteSpace)),
				source: "\\S+",
				dropsGaps: true,
			},
			{
				by: "pattern",
				pattern: { kind: "set", set },
				source: "punctuation",
				dropsGaps: false,
			},
		],
		split: (text, first, take) =>
			splitByMatches(text, first, spaces, "Removed", false, (word, wordFirst) =>
				splitByMatches(word, wordFirst, marks, "Isolated", false, take),
			),
	};
}
