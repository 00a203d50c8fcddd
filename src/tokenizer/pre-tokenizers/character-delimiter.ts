import type { Component } from "../component.js";
import { StringFinder } from "../patterns/string-finder.js";
import { splitByMatches } from "./behaviour.js";
import type { PreTokenizer } from "./pre-tokenizer.js";

/** Cuts at a character, and drops it. */
export function readCharacterDelimiter(component: Component): PreTokenizer {
	const finder = new StringFinder(component.character("delimiter"));
	return {
		type: "CharDelimiterSplit",
		split: (text, first, take) =>
			splitByMatches(text, first, finder, "Removed", false, take),
	};
}
