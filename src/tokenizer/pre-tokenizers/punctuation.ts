import type { Component } from "../component.js";
import { readBehaviour, splitByMatches } from "./behaviour.js";
import { CharacterFinder } from "./character-finder.js";
import { punctuation } from "./character-sets.js";
import type { PreTokenizer } from "./pre-tokenizer.js";

/** Cuts by punctuation. */
export function readPunctuation(component: Component): PreTokenizer {
	const behaviour = readBehaviour(component, "Isolated");
	const finder = new CharacterFinder(punctuation());
	return {
		type: "Punctuation",
		split: (text, first, take) =>
			splitByMatches(text, first, finder, behaviour, false, take),
	};
}
