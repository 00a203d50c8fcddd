import type { Component } from "../component.js";
import { compilePattern, ofPattern } from "../patterns/find-matches.js";
import { replacer } from "../replace-pattern.js";
import { LOWER_BLOCK } from "../spaces.js";
import type { ReadNormalizer } from "./normalizer.js";

export const replace: ReadNormalizer = (component) => {
	const apply = replacer(component);
	const content = component.text("content");
	const pattern = component.pattern("pattern");
	const removes = content === "";
	const marksSpaces =
		"string" in pattern && pattern.string === " " && content === LOWER_BLOCK;
	return {
		type: component.type,
		apply,
		kernel: marksSpaces ? "spaces" : undefined,
		keepsBeginning: (text) => !removes || isFirstKept(component, text),
	};
};

function isFirstKept(component: Component, text: string): boolean {
	const finder = ofPattern(component, "pattern", compilePattern)();
	finder.begin(text);
	while (finder.next()) if (finder.end > finder.start) break;
	return !(finder.end > finder.start && finder.start === 0);
}
