import { quoted, shortened } from "../../core/text.js";
import type { Component, Pattern } from "../component.js";
import { compileAutomaton } from "../split-automaton.js";
import { AutomatonFinder } from "./automaton-finder.js";
import { BacktrackFinder } from "./backtrack.js";
import type { Finder } from "./finder.js";
import { parsePattern } from "./parse.js";
import { PatternError } from "./pattern-error.js";
import { compileProgram } from "./program.js";
import { StringFinder } from "./string-finder.js";
import type { PatternNode } from "./tree.js";

/** Makes a finder of the matches of a pattern; a finder is at one text at a time. */
export type MakeFinder = () => Finder;

const known = new Map<string, MakeFinder>();

/**
 * How to find the matches of a pattern as the Rust library does, in a time that is linear in the length
 * of the text: by an automaton where there is one that surely is, and else by a matcher that goes back.
 * @throws PatternError for one that Oniguruma refuses, or that uses what is not known here.
 */
export function compilePattern(pattern: Pattern): MakeFinder {
	if ("string" in pattern && pattern.string !== "") {
		const { string } = pattern;
		return () => new StringFinder(string);
	}
	const source = "string" in pattern ? "" : pattern.regex;
	let make = known.get(source);
	if (make === undefined) {
		make = makerOf(source);
		known.set(source, make);
	}
	return make;
}

function makerOf(source: string): MakeFinder {
	return compileTree(parsePattern(source), source);
}

/** What a pattern is, parsed. @throws PatternError */
export function treeOf(pattern: Pattern): PatternNode {
	if ("regex" in pattern) return parsePattern(pattern.regex);
	const parts = Array.from(pattern.string, (character): PatternNode => {
		const point = character.codePointAt(0) as number;
		return { kind: "set", set: [point, point + 1] };
	});
	return { kind: "sequence", parts };
}

/** As `compilePattern`, of a tree. @param source What to call it in errors. */
export function compileTree(tree: PatternNode, source = ""): MakeFinder {
	const automaton = compileAutomaton(tree);
	if (automaton?.isLinear) return () => new AutomatonFinder(automaton);
	const program = compileProgram(tree);
	return () => new BacktrackFinder(program, source);
}

/**
 * A function that gives the matches of a pattern in a text, in their order: begin and end in UTF-16
 * units. Empty ones are among them, but not one where the match before ended.
 * @throws PatternError for a pattern that cannot be used; `patternOf` says so of a component.
 */
export function findMatches(
	pattern: Pattern,
): (text: string) => Iterable<[start: number, end: number]> {
	const make = compilePattern(pattern);
	return function* (text) {
		const finder = make();
		finder.begin(text);
		while (finder.next()) yield [finder.start, finder.end];
	};
}

/**
 * Reads a pattern of a component, and has something made of it.
 * @throws DataError `not-a-tokenizer` that names the pattern and says what is wrong with it
 */
export function ofPattern<Made>(
	component: Component,
	key: string,
	make: (pattern: Pattern) => Made,
): Made {
	const pattern = component.pattern(key);
	try {
		return make(pattern);
	} catch (error) {
		if (!(error instanceof PatternError)) throw error;
		const source = "string" in pattern ? pattern.string : pattern.regex;
		throw component.refused(
			`its pattern ${quoted(source)} ${shortened(error.message)}`,
		);
	}
}
