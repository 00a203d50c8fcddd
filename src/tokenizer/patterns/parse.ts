import { complement, has, union } from "../code-points.js";
import { longFolds, missingCases, sameButCase } from "./case-folding.js";
import { type Draft, finish } from "./draft.js";
import { escapedPoints, octalPoint, pointOf } from "./escapes.js";
import { noOptions, type Options, optionLetters, wordSet } from "./options.js";
import { readClass, readProperty, typeOf } from "./parse-class.js";
import { PatternError, unknownHere } from "./pattern-error.js";
import { anyPoint, named } from "./properties.js";
import { Reader } from "./reader.js";
import { isFixed, type Repetition, repeated } from "./repeat.js";
import type { PatternNode, Place } from "./tree.js";

const MOST_DEPTH = 500;
const MOST_TIMES = 100_000;
const NEWLINE = [0x0a, 0x0b];
const places: Readonly<Record<string, Place>> = {
	A: "text-start",
	z: "text-end",
	Z: "last-line-end",
	G: "search-start",
};
const unknownEscapes: Readonly<Record<string, string>> = {
	X: "\\X (a cluster of characters)",
	y: "\\y (a border of clusters)",
	Y: "\\Y (no border of clusters)",
};

/**
 * Parses a regular expression as Oniguruma does in its own syntax, of version 6.9 with Unicode 16,
 * for UTF-8.
 * @throws PatternError for one that Oniguruma refuses, or that uses what is not known here.
 */
export function parsePattern(pattern: string): PatternNode {
	return new Parser(pattern).parse();
}

class Parser {
	readonly #reader: Reader;
	#options = noOptions;
	#groups = 0;
	#depth = 0;
	/** Numbers of groups by their names. */
	readonly #names = new Map<string, number[]>();
	/** Numbers that are referred to. */
	readonly #references: number[] = [];

	constructor(pattern: string) {
		this.#reader = new Reader(pattern);
	}

	parse(): PatternNode {
		const draft = this.#choice();
		if (!this.#reader.isDone)
			throw new PatternError(
				`has ")" without "(" at character ${this.#reader.at + 1}`,
			);
		const named = [...this.#names.values()].flat().length;
		const capturing = named === 0 || named === this.#groups;
		for (const number of this.#references) {
			if (number > this.#groups)
				throw new PatternError(
					`refers to group ${number}, and it has ${this.#groups}`,
				);
			if (!capturing)
				throw new PatternError(
					`refers to a group by its number, ${number}, where groups have names`,
				);
		}
		return finish(draft, capturing);
	}

	#choice(): Draft {
		if (++this.#depth > MOST_DEPTH)
			throw unknownHere(`more than ${MOST_DEPTH} groups in each other`);
		const outer = this.#options;
		const options = [this.#sequence()];
		while (this.#reader.take("|")) options.push(this.#sequence());
		this.#options = outer;
		this.#depth--;
		return options.length === 1 ? options[0] : { kind: "choice", options };
	}

	#sequence(): Draft {
		const parts: Draft[] = [];
		for (;;) {
			this.#skip();
			const next = this.#reader.peek();
			if (next === "" || next === "|" || next === ")") break;
			let part = this.#atom();
			for (;;) {
				this.#skip();
				const more = this.#repeated(part);
				if (more === null) break;
				part = more;
			}
			if (part.kind === "sequence") parts.push(...part.parts);
			else parts.push(part);
		}
		return parts.length === 1 ? parts[0] : { kind: "sequence", parts };
	}

	/** Skips comments, and spaces where they mean nothing. */
	#skip(): void {
		const reader = this.#reader;
		for (;;) {
			if (reader.take("(?#")) {
				while (!reader.take(")")) {
					if (reader.take("\\") && reader.isDone) break;
					reader.next("a comment");
				}
				continue;
			}
			if (!this.#options.isExtended) return;
			if (/^[ \t\n\r\f]$/.test(reader.peek())) reader.at++;
			else if (reader.take("#"))
				while (!reader.isDone && reader.next("") !== "\n");
			else return;
		}
	}

	/** The part with the repetition that follows it; null where none does. */
	#repeated(part: Draft): Draft | null {
		const reader = this.#reader;
		const start = reader.at;
		const repetition = this.#repetition();
		if (repetition === null) return null;
		if (isFixed(part))
			throw new PatternError(
				`repeats what cannot be repeated, at character ${start + 1}`,
			);
		const more = repeated(part, repetition);
		if (repetition.least === 1 && repetition.most === 1) return part;
		return repetition.isPossessive ? { kind: "atomic", part: more } : more;
	}

	#repetition(): (Repetition & { isPossessive: boolean }) | null {
		const reader = this.#reader;
		let limits: [number, number] | null = null;
		let isPossessive = false;
		let mayBePossessive = true;
		let mayBeLazy = true;
		if (reader.take("*")) limits = [0, Number.POSITIVE_INFINITY];
		else if (reader.take("+")) limits = [1, Number.POSITIVE_INFINITY];
		else if (reader.take("?")) limits = [0, 1];
		else {
			const interval = this.#interval();
			if (interval === null) return null;
			limits = interval.limits;
			mayBePossessive = false;
			mayBeLazy = !interval.isFixed;
			// {3,1} is {1,3}, possessive.
			if (limits[0] > limits[1]) {
				limits = [limits[1], limits[0]];
				isPossessive = true;
				mayBeLazy = false;
			}
		}
		const isLazy = mayBeLazy && reader.take("?");
		if (!isLazy && mayBePossessive) isPossessive = reader.take("+");
		return { least: limits[0], most: limits[1], isLazy, isPossessive };
	}

	/** Reads `{n,m}`; null where a brace is only a brace. */
	#interval(): { limits: [number, number]; isFixed: boolean } | null {
		const reader = this.#reader;
		const start = reader.at;
		if (!reader.take("{")) return null;
		const least = reader.number();
		let most = least;
		const isFixed = !reader.take(",");
		if (!isFixed) most = reader.number();
		if (!reader.take("}") || (least === null && (isFixed || most === null))) {
			this.#checkTimes(least);
			reader.at = start;
			return null;
		}
		this.#checkTimes(least);
		this.#checkTimes(most);
		return {
			limits: [least ?? 0, most ?? Number.POSITIVE_INFINITY],
			isFixed,
		};
	}

	#checkTimes(times: number | null): void {
		if (times !== null && times > MOST_TIMES)
			throw new PatternError(
				`repeats something ${times} times, more than ${MOST_TIMES}`,
			);
	}

	#atom(): Draft {
		const reader = this.#reader;
		const start = reader.at;
		if (this.#repetition() !== null)
			throw new PatternError(
				`has a repetition of nothing at character ${start + 1}`,
			);
		const character = reader.next("");
		switch (character) {
			case "(":
				return this.#group();
			case "[":
				return this.#class();
			case ".":
				return {
					kind: "set",
					set: this.#options.dotTakesNewlines ? anyPoint : complement(NEWLINE),
				};
			case "^":
				return { kind: "place", at: "line-start" };
			case "$":
				return { kind: "place", at: "line-end" };
			case "\\":
				return this.#escape();
			default:
				return this.#text([pointOf(character)]);
		}
	}

	#text(points: number[]): Draft {
		return { kind: "letters", points, foldsCase: this.#options.foldsCase };
	}

	#class(): Draft {
		const { set, isNegated } = readClass(this.#reader, this.#options);
		if (!this.#options.foldsCase)
			return { kind: "set", set: isNegated ? complement(set) : set };
		const whole = union([
			set,
			...missingCases(set).map((point) => [point, point + 1]),
		]);
		if (isNegated) return { kind: "set", set: complement(whole) };
		// Letters that fold to several: "ß" stands for "ss" too.
		const options: Draft[] = longFolds(whole).map((fold) => ({
			kind: "sequence",
			parts: fold.map((point) => ({
				kind: "set",
				set: union(sameButCase(point).map((one) => [one, one + 1])),
			})),
		}));
		if (options.length === 0) return { kind: "set", set: whole };
		return {
			kind: "choice",
			options: [{ kind: "set", set: whole }, ...options],
		};
	}

	#escape(): Draft {
		const reader = this.#reader;
		const letter = reader.next("an escape");
		const options = this.#options;
		if (letter === "w") return { kind: "set", set: wordSet(options) };
		if (letter === "W")
			return { kind: "set", set: complement(wordSet(options)) };
		const type = typeOf(letter, options);
		if (type !== null) return { kind: "set", set: type };
		if (Object.hasOwn(places, letter))
			return { kind: "place", at: places[letter] };
		if (Object.hasOwn(unknownEscapes, letter))
			throw unknownHere(unknownEscapes[letter]);
		switch (letter) {
			case "p":
			case "P":
				// Without braces it is the letter.
				if (reader.peek() !== "{") break;
				return {
					kind: "set",
					set: readProperty(reader, letter, options, wordSet(options)),
				};
			case "b":
			case "B":
				return {
					kind: "border",
					set: wordSet(options),
					isNegative: letter === "B",
				};
			case "K":
				return { kind: "match-start" };
			case "N":
				return { kind: "set", set: complement(NEWLINE) };
			case "O":
				return { kind: "set", set: anyPoint };
			case "R":
				return anyNewline;
			case "k":
				if (/^[<']$/.test(reader.peek())) return this.#namedReference();
				break;
			case "g":
				if (/^[<']$/.test(reader.peek()))
					throw unknownHere("\\g (the call of a group)");
				break;
			case "0":
				return this.#text([octalPoint(reader, 2)]);
		}
		if (/^[1-9]$/.test(letter)) {
			const reference = this.#numberedReference();
			if (reference !== null) return reference;
			if (/^[1-7]$/.test(letter)) return this.#text([octalPoint(reader, 3)]);
			return this.#text([pointOf(reader.next("an escape"))]);
		}
		return this.#text(escapedPoints(reader, letter));
	}

	/** Reads `\1` of which the digit was read; goes back before it where it is no reference. */
	#numberedReference(): Draft | null {
		const reader = this.#reader;
		const start = --reader.at;
		const digits = reader.digits(10, 20);
		const number = Number(digits);
		if (number <= 1000 && (number <= 9 || number <= this.#groups))
			return this.#reference([number], true);
		reader.at = start;
		return null;
	}

	#namedReference(): Draft {
		const name = this.#name();
		const match = /^([+-]?)(\d+)$/.exec(name);
		if (match !== null) {
			const [, sign, digits] = match;
			let number = Number(digits);
			if (sign === "-") number = this.#groups + 1 - number;
			if (sign === "+") number += this.#groups;
			if (number <= 0)
				throw new PatternError(`refers to a group that is not there, ${name}`);
			return this.#reference([number], true);
		}
		if (/[+-]\d+$/.test(name))
			throw unknownHere("a back reference with a level");
		const groups = this.#names.get(name);
		if (groups === undefined)
			throw new PatternError(`refers to a group "${name}", and there is none`);
		return this.#reference([...groups], false);
	}

	#reference(groups: number[], isByNumber: boolean): Draft {
		if (isByNumber) this.#references.push(...groups);
		return {
			kind: "same-again",
			groups,
			foldsCase: this.#options.foldsCase,
		};
	}

	/** Reads a name between its first sign and its last. */
	#name(): string {
		const reader = this.#reader;
		const end = reader.next("a name") === "'" ? "'" : ">";
		let name = "";
		while (!reader.take(end)) {
			const character = reader.next("the name of a group");
			if (character === ")")
				throw new PatternError(`has a name without its end, ${name}`);
			name += character;
		}
		if (name === "") throw new PatternError("has a group with an empty name");
		return name;
	}

	/** Reads a group after its parenthesis. */
	#group(): Draft {
		const reader = this.#reader;
		if (reader.peek() === "*") throw unknownHere("a callout, (*...)");
		if (!reader.take("?")) return this.#captured(++this.#groups);
		const kind = reader.next("a group");
		switch (kind) {
			case ":":
				return this.#body();
			case "=":
			case "!":
				return this.#look(false, kind === "!");
			case ">":
				return { kind: "atomic", part: this.#body() };
			case "<":
				if (reader.take("=")) return this.#look(true, false);
				if (reader.take("!")) return this.#look(true, true);
				return this.#namedGroup();
			case "'":
				return this.#namedGroup();
			case "~":
				throw unknownHere("an absent expression, (?~...)");
			case "(":
				throw unknownHere("a condition, (?(...)...)");
			case "{":
				throw unknownHere("a callout, (?{...})");
			default:
				return this.#optionGroup(kind);
		}
	}

	#body(): Draft {
		const body = this.#choice();
		if (!this.#reader.take(")")) throw new PatternError('has "(" without ")"');
		return body;
	}

	#captured(number: number): Draft {
		return { kind: "group", number, part: this.#body() };
	}

	#look(isBehind: boolean, isNegative: boolean): Draft {
		return { kind: "look", part: this.#body(), isBehind, isNegative };
	}

	#namedGroup(): Draft {
		this.#reader.at--;
		const name = this.#name();
		const word = named("word");
		const isName =
			!/^\d/.test(name) &&
			[...name].every((letter) => has(word, pointOf(letter)));
		if (!isName)
			throw new PatternError(`has a group of a name that cannot be, "${name}"`);
		const number = ++this.#groups;
		this.#names.set(name, [...(this.#names.get(name) ?? []), number]);
		return this.#captured(number);
	}

	/** Reads `(?i)`, which holds to the end of the group around it, and `(?i:...)`. */
	#optionGroup(first: string): Draft {
		const reader = this.#reader;
		const options: Options = { ...this.#options };
		let value = true;
		for (let letter = first; ; letter = reader.next("a group")) {
			if (letter === "-") value = false;
			else if (Object.hasOwn(optionLetters, letter))
				options[optionLetters[letter]] = value;
			else if ("ILCy".includes(letter))
				throw unknownHere(`the option (?${letter})`);
			else if (letter !== ":" && letter !== ")")
				throw new PatternError(
					`has a group with an option that there is not, (?${letter}`,
				);
			if (letter !== ":" && letter !== ")") continue;
			const outer = this.#options;
			this.#options = options;
			const part = letter === ":" ? this.#body() : this.#choice();
			this.#options = outer;
			return { kind: "options", part };
		}
	}
}

/** `\R` */
const anyNewline: Draft = {
	kind: "atomic",
	part: {
		kind: "choice",
		options: [
			{ kind: "letters", points: [0x0d, 0x0a], foldsCase: false },
			{ kind: "set", set: [0x0a, 0x0e, 0x85, 0x86, 0x2028, 0x202a] },
		],
	},
};
