import type { Component } from "./component.js";
import { compileSplitPattern } from "./split-pattern.js";

/** Writes another text for what a pattern matches. */
export type Replacer = (text: string) => string;

/** Reads what a Replace replaces, and by what. @throws DataError `not-a-tokenizer` */
export function replacer(component: Component): Replacer {
	const pattern = component.pattern("pattern");
	const content = component.text("content");
	if ("regex" in pattern) {
		const findMatches = matcher(component, pattern.regex);
		return (text) => replaceMatches(text, findMatches(text), content);
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

/** Beginning and end of each match of an expression in a text, in their order. */
type FindMatches = (text: string) => number[];

function matcher(component: Component, regex: string): FindMatches {
	const compiled = compileSplitPattern(regex);
	if (compiled === null)
		throw component.fault("pattern", "an expression that is known here");
	return (text) => matchesOf(compiled.for(text), text);
}

/** Empty matches right after another one do not count, as in the library. */
function matchesOf(expression: RegExp, text: string): number[] {
	const matches: number[] = [];
	let last = -1;
	expression.lastIndex = 0;
	for (let at = 0; at <= text.length; ) {
		expression.lastIndex = at;
		const match = expression.exec(text);
		if (match === null) break;
		const end = match.index + match[0].length;
		if (match[0] === "" && end === last) {
			at = end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
			continue;
		}
		matches.push(match.index, end);
		at = last = end;
	}
	return matches;
}

function replaceMatches(text: string, matches: number[], content: string) {
	if (text === "" || matches.length === 0) return text;
	let replaced = "";
	let done = 0;
	for (let i = 0; i < matches.length; i += 2) {
		replaced += text.slice(done, matches[i]) + content;
		done = matches[i + 1];
	}
	return replaced + text.slice(done);
}
