import type { Component } from "./component.js";
import { compilePattern, ofPattern } from "./patterns/find-matches.js";
import type { Finder } from "./patterns/finder.js";

/** Writes another text for what a pattern matches. */
export type Replacer = (text: string) => string;

/** Reads what a Replace replaces, and by what. @throws DataError `not-a-tokenizer` */
export function replacer(component: Component): Replacer {
	const content = component.text("content");
	const pattern = component.pattern("pattern");
	if ("regex" in pattern) {
		const finder = ofPattern(component, "pattern", compilePattern)();
		return (text) => replaceMatches(text, finder, content);
	}
	// The library makes an expression of it, and an empty one has a match before each character.
	return (text) =>
		text === "" ? "" : replaceText(text, pattern.string, content);
}

/** As `str::replace` of Rust: an empty text is found before each character, and at the end. */
export function replaceText(text: string, from: string, to: string): string {
	if (from === "") return to + Array.from(text, (c) => c + to).join("");
	// A function, since "$" means something in a text.
	return text.replaceAll(from, () => to);
}

function replaceMatches(text: string, finder: Finder, content: string) {
	if (text === "") return text;
	let replaced = "";
	let done = 0;
	finder.begin(text);
	while (finder.next()) {
		replaced += text.slice(done, finder.start) + content;
		done = finder.end;
	}
	return done === 0 && replaced === "" ? text : replaced + text.slice(done);
}
