import { type CodePointSet, complement } from "../code-points.js";
import type { Component } from "../component.js";
import { type Behaviour, readBehaviour, splitByMatches } from "./behaviour.js";
import { CharacterFinder } from "./character-finder.js";
import { punctuation } from "./character-sets.js";
import { type KernelSplit, type PreTokenizer, runOf } from "./pre-tokenizer.js";

/** Cuts by punctuation. */
export function readPunctuation(component: Component): PreTokenizer {
	const behaviour = readBehaviour(component, "Isolated");
	const set = punctuation();
	const finder = new CharacterFinder(set);
	return {
		type: "Punctuation",
		kernel: kernelOf(behaviour, set),
		split: (text, first, take) =>
			splitByMatches(text, first, finder, behaviour, false, take),
	};
}

function kernelOf(
	behaviour: Behaviour,
	set: CodePointSet,
): KernelSplit[] | undefined {
	if (behaviour === "Isolated")
		return [
			{
				by: "pattern",
				pattern: { kind: "set", set },
				source: "punctuation",
				dropsGaps: false,
			},
		];
	if (behaviour === "Contiguous")
		return [
			{
				by: "pattern",
				pattern: runOf(set),
				source: "punctuation",
				dropsGaps: false,
			},
		];
	if (behaviour === "Removed")
		return [
			{
				by: "pattern",
				pattern: runOf(complement(set)),
				source: "punctuation",
				dropsGaps: true,
			},
		];
	return undefined;
}
