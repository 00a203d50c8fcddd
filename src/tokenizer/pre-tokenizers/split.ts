import type { Component, Pattern } from "../component.js";
import { compilePattern, ofPattern, treeOf } from "../patterns/find-matches.js";
import { readBehaviour, splitByMatches } from "./behaviour.js";
import type { PreTokenizer } from "./pre-tokenizer.js";

const sourceOf = (pattern: Pattern) =>
	"string" in pattern ? pattern.string : pattern.regex;

/** Cuts by a string or a regular expression. */
export function readSplit(component: Component): PreTokenizer {
	const finder = ofPattern(component, "pattern", compilePattern)();
	const pattern = ofPattern(component, "pattern", treeOf);
	const given = component.pattern("pattern");
	const behaviour = readBehaviour(component);
	const isInverted = component.flag("invert");
	return {
		type: "Split",
		needs: isInverted || !("string" in given) ? undefined : given.string,
		// What is dropped between matches, and what is kept as well as they are.
		kernel:
			behaviour === "Isolated" || (behaviour === "Removed" && isInverted)
				? [
						{
							by: "pattern",
							pattern,
							source: sourceOf(given),
							dropsGaps: behaviour === "Removed",
						},
					]
				: undefined,
		split: (text, first, take) =>
			splitByMatches(text, first, finder, behaviour, isInverted, take),
	};
}
