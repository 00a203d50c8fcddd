import { complement, whiteSpace } from "../code-points.js";
import { splitByMatches } from "./behaviour.js";
import { CharacterFinder } from "./character-finder.js";
import { type PreTokenizer, runOf } from "./pre-tokenizer.js";

/** Cuts at white space, and drops it. */
export function readWhitespaceSplit(): PreTokenizer {
	const finder = new CharacterFinder(whiteSpace);
	return {
		type: "WhitespaceSplit",
		kernel: [
			{
				by: "pattern",
				pattern: runOf(complement(whiteSpace)),
				source: "\\S+",
				dropsGaps: true,
				isWhiteSpace: true,
			},
		],
		split: (text, first, take) =>
			splitByMatches(text, first, finder, "Removed", false, take),
	};
}
