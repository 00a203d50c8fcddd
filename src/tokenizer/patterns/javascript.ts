import { type CodePointSet, union } from "../code-points.js";
import { PatternError } from "./pattern-error.js";
import { Reader } from "./reader.js";
import type { PatternNode } from "./tree.js";

/** As deep as groups may lie in each other. */
const MOST_DEPTH = 200;
const WORD = "[0-9A-Z_a-z]";

/**
 * Parses a regular expression of JavaScript, with its flag u, for matchers that are linear in the text. Whether
 * and where it matches is the same; JavaScript's own matcher may go on for ever.
 * @throws PatternError for what JavaScript refuses, and for what no linear matcher can
 */
export function parseJavaScript(pattern: string): PatternNode {
	try {
		new RegExp(pattern, "u");
	} catch (error) {
		throw new PatternError((error as Error).message);
	}
	return new Parser(pattern).parse();
}

/** Reads what JavaScript has found to be a regular expression. */
class Parser {
	readonly #reader: Reader;
	#depth = 0;

	constructor(pattern: string) {
		this.#reader = new Reader(pattern);
	}

	parse(): PatternNode {
		return this.#choice();
	}

	#choice(): PatternNode {
		if (++this.#depth > MOST_DEPTH)
			throw new PatternError(
				`it has more than ${MOST_DEPTH} groups in each other`,
			);
		const options = [this.#sequence()];
		while (this.#reader.take("|")) options.push(this.#sequence());
		this.#depth--;
		return options.length === 1 ? options[0] : { kind: "choice", options };
	}

	#sequence(): PatternNode {
		const reader = this.#reader;
		const parts: PatternNode[] = [];
		while (!reader.isDone && reader.peek() !== "|" && reader.peek() !== ")")
			parts.push(this.#repeated(this.#atom()));
		return parts.length === 1 ? parts[0] : { kind: "sequence", parts };
	}

	#repeated(part: PatternNode): PatternNode {
		const reader = this.#reader;
		let least = 0;
		let most = Number.POSITIVE_INFINITY;
		if (reader.take("+")) least = 1;
		else if (reader.take("?")) most = 1;
		else if (reader.take("{")) {
			least = reader.number() as number;
			most = reader.take(",")
				? (reader.number() ?? Number.POSITIVE_INFINITY)
				: least;
			reader.take("}");
		} else if (!reader.take("*")) return part;
		return { kind: "repeat", part, least, most, isLazy: reader.take("?") };
	}

	#atom(): PatternNode {
		const reader = this.#reader;
		const character = reader.next("");
		switch (character) {
			case "(":
				return this.#group();
			case "^":
				return { kind: "place", at: "text-start" };
			case "$":
				return { kind: "place", at: "text-end" };
			case "[":
				return characterOf(this.#class());
			case "\\":
				return this.#escape();
			case ".":
				return characterOf(character);
			default:
				return single(character.codePointAt(0) as number);
		}
	}

	#group(): PatternNode {
		const reader = this.#reader;
		let look: { isBehind: boolean; isNegative: boolean } | null = null;
		if (reader.take("?=")) look = { isBehind: false, isNegative: false };
		else if (reader.take("?!")) look = { isBehind: false, isNegative: true };
		else if (reader.take("?<=")) look = { isBehind: true, isNegative: false };
		else if (reader.take("?<!")) look = { isBehind: true, isNegative: true };
		else if (reader.take("?<")) while (!reader.take(">")) reader.next("a name");
		else if (reader.peek() === "?" && !reader.take("?:"))
			throw new PatternError("it changes its flags within, with (?i: or such");
		const part = this.#choice();
		reader.take(")");
		return look === null ? part : { kind: "look", part, ...look };
	}

	/** The source of a class, from its bracket on. */
	#class(): string {
		const reader = this.#reader;
		let source = "[";
		for (;;) {
			const character = reader.next("a class");
			source += character;
			if (character === "\\") source += reader.next("an escape");
			else if (character === "]") return source;
		}
	}

	#escape(): PatternNode {
		const reader = this.#reader;
		const letter = reader.next("an escape");
		if (letter === "b" || letter === "B")
			return {
				kind: "border",
				set: setOf(WORD),
				isNegative: letter === "B",
			};
		if (/^[1-9k]$/.test(letter))
			throw new PatternError(
				"it refers back to a group, which may take for ever",
			);
		return characterOf(`\\${letter}${this.#rest(letter)}`);
	}

	/** What belongs to an escape after its letter. */
	#rest(letter: string): string {
		const reader = this.#reader;
		if (/^[pPu]$/.test(letter) && reader.peek() === "{") {
			let rest = "";
			while (!rest.endsWith("}")) rest += reader.next("an escape");
			return rest;
		}
		if (letter === "x") return reader.digits(16, 2);
		if (/^c$/.test(letter)) return reader.next("an escape");
		if (letter !== "u") return "";
		const first = reader.digits(16, 4);
		// Two halves of a character outside the basic plane.
		if (!/^d[89ab]/i.test(first) || !reader.take("\\u")) return first;
		const second = reader.digits(16, 4);
		if (/^d[c-f]/i.test(second)) return `${first}\\u${second}`;
		reader.at -= second.length + 2;
		return first;
	}
}

function single(point: number): PatternNode {
	return { kind: "set", set: [point, point + 1] };
}

function characterOf(source: string): PatternNode {
	return { kind: "set", set: setOf(source) };
}

const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;
/** All code points but surrogates, in their order. */
let all: string | null = null;

const known = new Map<string, CodePointSet>();

/** The code points that JavaScript matches with an expression for one character. */
function setOf(source: string): CodePointSet {
	let set = known.get(source);
	if (set === undefined) {
		set = findSet(source);
		known.set(source, set);
	}
	return set;
}

function findSet(source: string): CodePointSet {
	const ranges: number[][] = [];
	for (const [run] of allPoints().matchAll(
		new RegExp(`(?:${source})+`, "gu"),
	)) {
		const first = run.codePointAt(0) as number;
		const last = lastPoint(run);
		if (first < FIRST_SURROGATE && last > LAST_SURROGATE)
			ranges.push([first, FIRST_SURROGATE], [LAST_SURROGATE + 1, last + 1]);
		else ranges.push([first, last + 1]);
	}
	const one = new RegExp(`^(?:${source})$`, "u");
	for (let point = FIRST_SURROGATE; point <= LAST_SURROGATE; point++)
		if (one.test(String.fromCharCode(point))) ranges.push([point, point + 1]);
	return union(ranges);
}

function allPoints(): string {
	if (all === null) {
		const parts: string[] = [];
		for (let start = 0; start <= 0x10ffff; start += 0x800)
			if (start < FIRST_SURROGATE || start > LAST_SURROGATE)
				parts.push(
					String.fromCodePoint(
						...Array.from({ length: 0x800 }, (_, i) => start + i),
					),
				);
		all = parts.join("");
	}
	return all;
}

function lastPoint(text: string): number {
	const unit = text.charCodeAt(text.length - 1);
	const isLow = unit >= 0xdc00 && unit <= LAST_SURROGATE;
	return isLow ? (text.codePointAt(text.length - 2) as number) : unit;
}
