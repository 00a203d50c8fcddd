import {
	type CodePointSet,
	complement,
	intersection,
	union,
} from "../code-points.js";
import { escapedPoints, octalPoint, pointOf } from "./escapes.js";
import { type Options, posixNames, posixSet } from "./options.js";
import { PatternError, unknownHere } from "./pattern-error.js";
import { findProperty } from "./properties.js";
import type { Reader } from "./reader.js";

const TYPES: Readonly<Record<string, string>> = {
	w: "word",
	d: "digit",
	s: "space",
	h: "xdigit",
};

/** A class in brackets: its members, before they are negated. */
export interface CharacterClass {
	set: CodePointSet;
	isNegated: boolean;
}

/** Reads `\w`, `\d`, `\s`, `\h` and their opposites; null: it is another letter. */
export function typeOf(letter: string, options: Options): CodePointSet | null {
	const name = TYPES[letter.toLowerCase()];
	if (name === undefined) return null;
	const set = posixSet(name, options);
	return letter === letter.toLowerCase() ? set : complement(set);
}

/**
 * Reads a property in braces after `\p` or `\P`.
 * @param word What `\p{Word}` is here; not given: the property.
 */
export function readProperty(
	reader: Reader,
	letter: string,
	options: Options,
	word?: CodePointSet,
): CodePointSet {
	let isNegated = letter === "P";
	let name = "";
	reader.take("{");
	if (reader.take("^")) isNegated = !isNegated;
	while (!reader.take("}")) {
		const character = reader.next("a property");
		if ("(){|".includes(character))
			throw new PatternError(`has a property without "}" ${reader.place}`);
		name += character;
	}
	const set = propertySet(name, options, word);
	if (set === null)
		throw new PatternError(
			`has \\${letter}{${name}}, and there is no property of this name here`,
		);
	return isNegated ? complement(set) : set;
}

function propertySet(
	name: string,
	options: Options,
	word: CodePointSet | undefined,
): CodePointSet | null {
	const key = name.replace(/[ _-]/g, "").toLowerCase();
	if (key === "word" && word !== undefined) return word;
	return posixNames.includes(key) && key !== "punct"
		? posixSet(key, options)
		: findProperty(name);
}

/** What stands in a class: a character that may begin or end a range, a set, or a sign. */
type Token =
	| { kind: "point"; point: number }
	| { kind: "set"; set: CodePointSet }
	| { kind: "range" | "close" | "and" | "open" };

/** Reads a class after its `[`. */
export function readClass(
	reader: Reader,
	options: Options,
	depth = 0,
): CharacterClass {
	if (depth > 100) throw unknownHere("classes in more than 100 others");
	const isNegated = reader.take("^");
	/** What `&&` stood after, if it did. */
	let before: CodePointSet | null = null;
	let sets: CodePointSet[] = [];
	/** A character that may begin a range, or what a range cannot begin with. */
	let last: number | "set" | null = null;
	/** Whether anything stands before. */
	let isStart = true;
	const add = (point: number) => sets.push([point, point + 1]);
	let token = readToken(reader, options);
	if (token.kind === "close") {
		if (!reader.comes("]"))
			throw new PatternError(`has an empty class ${reader.place}`);
		token = { kind: "point", point: pointOf("]") };
	}
	while (token.kind !== "close") {
		let following: Token | null = null;
		switch (token.kind) {
			case "point":
				add(token.point);
				last = token.point;
				break;
			case "set":
				sets.push(token.set);
				last = "set";
				break;
			case "open": {
				const inner = readClass(reader, options, depth + 1);
				sets.push(inner.isNegated ? complement(inner.set) : inner.set);
				last = null;
				break;
			}
			case "and":
				before =
					before === null ? union(sets) : intersection(before, union(sets));
				sets = [];
				last = null;
				break;
			case "range":
				following = readToken(reader, options);
				if (
					isStart ||
					following.kind === "close" ||
					following.kind === "and" ||
					last === null
				) {
					add(pointOf("-"));
					last = pointOf("-");
				} else if (last === "set")
					throw new PatternError(
						`has a range that begins with a set ${reader.place}`,
					);
				else {
					if (following.kind === "range")
						following = { kind: "point", point: pointOf("-") };
					if (following.kind === "set")
						throw new PatternError(
							`has a range that ends with a set ${reader.place}`,
						);
					if (following.kind === "point") {
						if (following.point < last)
							throw new PatternError(
								`has a range whose end comes before its start ${reader.place}`,
							);
						sets.push([last, following.point + 1]);
						following = null;
					} else if (following.kind === "open") sets.pop(); // As Oniguruma forgets it.
					last = null;
				}
		}
		isStart = token.kind === "and";
		token = following ?? readToken(reader, options);
	}
	const set = union(sets);
	return {
		set: before === null ? set : intersection(before, set),
		isNegated,
	};
}

function readToken(reader: Reader, options: Options): Token {
	const character = reader.next("a class");
	if (character === "]") return { kind: "close" };
	if (character === "-") return { kind: "range" };
	if (character === "&" && reader.take("&")) return { kind: "and" };
	if (character === "[") {
		const set = readPosix(reader, options);
		return set === null ? { kind: "open" } : { kind: "set", set };
	}
	if (character !== "\\") return { kind: "point", point: pointOf(character) };
	const letter = reader.next("an escape");
	const type = typeOf(letter, options);
	if (type !== null) return { kind: "set", set: type };
	if (/^[pP]$/.test(letter) && reader.peek() === "{")
		return { kind: "set", set: readProperty(reader, letter, options) };
	if (/[0-7]/.test(letter)) {
		reader.at--;
		return { kind: "point", point: octalPoint(reader, 3) };
	}
	const points = escapedPoints(reader, letter);
	if (points.length === 1) return { kind: "point", point: points[0] };
	throw unknownHere("several code points in braces within a class");
}

/** Reads `[:alpha:]` after its first bracket; null: it is none. */
function readPosix(reader: Reader, options: Options): CodePointSet | null {
	const start = reader.at;
	if (!reader.take(":")) return null;
	const isNegated = reader.take("^");
	let name = "";
	while (/^\p{L}$/u.test(reader.peek())) name += reader.next("a class");
	if ((name === "" && !isNegated) || !reader.take(":]")) {
		reader.at = start;
		return null;
	}
	if (!posixNames.includes(name))
		throw new PatternError(`has [:${name}:], and there is no such class`);
	const set = posixSet(name, options);
	return isNegated ? complement(set) : set;
}
