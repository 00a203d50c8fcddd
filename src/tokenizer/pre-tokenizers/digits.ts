import type { Component } from "../component.js";
import { splitByMatches } from "./behaviour.js";
import { CharacterFinder } from "./character-finder.js";
import { numbers } from "./character-sets.js";
import type { PreTokenizer } from "./pre-tokenizer.js";

/** Cuts out numbers: each character, or all that follow each other. */
export function readDigits(component: Component): PreTokenizer {
	const behaviour = component.flag("individual_digits")
		? "Isolated"
		: "Contiguous";
	const finder = new CharacterFinder(numbers());
	return {
		type: "Digits",
		split: (text, first, take) =>
			splitByMatches(text, first, finder, behaviour, false, take),
	};
}
