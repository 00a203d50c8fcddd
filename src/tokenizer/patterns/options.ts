import { type CodePointSet, intersection, union } from "../code-points.js";
import { ascii, named } from "./properties.js";

/** What `(?...)` turns on and off. */
export interface Options {
	foldsCase: boolean;
	/** Spaces and comments mean nothing. */
	isExtended: boolean;
	dotTakesNewlines: boolean;
	asciiWord: boolean;
	asciiDigit: boolean;
	asciiSpace: boolean;
	/** All of those of POSIX. */
	asciiPosix: boolean;
}

export const noOptions: Options = {
	foldsCase: false,
	isExtended: false,
	dotTakesNewlines: false,
	asciiWord: false,
	asciiDigit: false,
	asciiSpace: false,
	asciiPosix: false,
};

/** Options by their letters. */
export const optionLetters: Readonly<Record<string, keyof Options>> = {
	i: "foldsCase",
	x: "isExtended",
	m: "dotTakesNewlines",
	W: "asciiWord",
	D: "asciiDigit",
	S: "asciiSpace",
	P: "asciiPosix",
};

export const posixNames =
	"alnum alpha blank cntrl digit graph lower print punct space upper xdigit ascii word".split(
		" ",
	);

/** The set of a name of POSIX, as the options have it. */
export function posixSet(name: string, options: Options): CodePointSet {
	const isAscii =
		options.asciiPosix ||
		(name === "word" && options.asciiWord) ||
		(name === "digit" && options.asciiDigit) ||
		(name === "space" && options.asciiSpace);
	// The property of the same name has no symbols.
	const set = named(name === "punct" ? "posixpunct" : name);
	return isAscii ? intersection(set, ascii) : set;
}

/**
 * What is a letter of a word outside of classes, where Oniguruma goes by a table of its own for the
 * first 256 code points: it has the numbers among these that are no digits.
 */
export function wordSet(options: Options): CodePointSet {
	const set = posixSet("word", options);
	return options.asciiPosix || options.asciiWord
		? set
		: union([set, [0xb2, 0xb4], [0xb9, 0xba], [0xbc, 0xbf]]);
}
