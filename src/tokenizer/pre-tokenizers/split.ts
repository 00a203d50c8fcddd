import type { Component } from "../component.js";
import { compilePattern, ofPattern } from "../patterns/find-matches.js";
import { readBehaviour, splitByMatches } from "./behaviour.js";
import type { PreTokenizer } from "./pre-tokenizer.js";

/** Cuts by a string or a regular expression. */
export function readSplit(component: Component): PreTokenizer {
	const finder = ofPattern(component, "pattern", compilePattern)();
	const behaviour = readBehaviour(component);
	const isInverted = component.flag("invert");
	return {
		type: "Split",
		split: (text, first, take) =>
			splitByMatches(text, first, finder, behaviour, isInverted, take),
	};
}
