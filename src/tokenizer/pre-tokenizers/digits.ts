import type { Component } from "../component.js";
import { splitByMatches } from "./behaviour.js";
import { CharacterFinder } from "./character-finder.js";
import { numbers } from "./character-sets.js";
import { type PreTokenizer, runOf } from "./pre-tokenizer.js";

/** Cuts out numbers: each character, or all that follow each other. */
export function readDigits(component: Component): PreTokenizer {
	const isEach = component.flag("individual_digits");
	const behaviour = isEach ? "Isolated" : "Contiguous";
	const set = numbers();
	const finder = new CharacterFinder(set);
	return {
		type: "Digits",
		kernel: [
			{
				by: "pattern",
				pattern: isEach ? { kind: "set", set } : runOf(set),
				source: isEach ? "a number" : "numbers",
				dropsGaps: false,
			},
		],
		split: (text, first, take) =>
			splitByMatches(text, first, finder, behaviour, false, take),
	};
}
