import {
	type CodePointSet,
	category,
	complement,
	union,
	whiteSpace,
} from "./code-points.js";

/** A split pattern, parsed. Repetition is greedy. */
export type SplitNode =
	| { kind: "set"; set: CodePointSet }
	| { kind: "sequence"; parts: SplitNode[] }
	| { kind: "choice"; options: SplitNode[] }
	| { kind: "repeat"; part: SplitNode; least: number; most: number }
	/** What follows is a character that is not of the set, or the end of the text. */
	| { kind: "not-next"; set: CodePointSet };

/**
 * Parses a split pattern of a tokenizer.json, written for Oniguruma.
 * @returns null when it uses more than is known here: back references, look
 * behind, look ahead by more than a character, lazy or possessive repetition.
 */
export function parseSplitPattern(pattern: string): SplitNode | null {
	try {
		return new Parser(pattern).parse();
	} catch (error) {
		if (error instanceof Unknown) return null;
		throw error;
	}
}

class Unknown extends Error {}

const SPECIAL = "\\^$.|?*+()[]{}";
/** How often a part may be repeated by number. */
const MOST_COPIES = 100;
const CONTROLS: Record<string, number> = { n: 10, r: 13, t: 9 };

class Parser {
	readonly #text: string[];
	#at = 0;

	constructor(pattern: string) {
		this.#text = [...pattern];
	}

	parse(): SplitNode {
		const node = this.#choice(false);
		if (this.#at < this.#text.length) throw new Unknown();
		return node;
	}

	#choice(ignoresCase: boolean): SplitNode {
		const options = [this.#sequence(ignoresCase)];
		while (this.#take("|")) options.push(this.#sequence(ignoresCase));
		return options.length === 1 ? options[0] : { kind: "choice", options };
	}

	#sequence(ignoresCase: boolean): SplitNode {
		const parts: SplitNode[] = [];
		while (this.#at < this.#text.length && !"|)".includes(this.#peek()))
			parts.push(this.#repeated(this.#atom(ignoresCase)));
		return parts.length === 1 ? parts[0] : { kind: "sequence", parts };
	}

	#repeated(part: SplitNode): SplitNode {
		let limits: [number, number] | null = null;
		if (this.#take("*")) limits = [0, Number.POSITIVE_INFINITY];
		else if (this.#take("+")) limits = [1, Number.POSITIVE_INFINITY];
		else if (this.#take("?")) limits = [0, 1];
		else if (this.#take("{")) limits = this.#limits();
		if (limits === null) return part;
		// Lazy, possessive, or a repetition of a repetition.
		if ("?+*{".includes(this.#peek() || " ")) throw new Unknown();
		return { kind: "repeat", part, least: limits[0], most: limits[1] };
	}

	#limits(): [number, number] {
		const end = this.#text.indexOf("}", this.#at);
		const match = /^(\d+)(,(\d*))?$/.exec(
			this.#text.slice(this.#at, Math.max(end, 0)).join(""),
		);
		if (match === null) throw new Unknown();
		this.#at = end + 1;
		const least = Number(match[1]);
		let most = least;
		if (match[2] !== undefined)
			most = match[3] === "" ? Number.POSITIVE_INFINITY : Number(match[3]);
		const copies = most === Number.POSITIVE_INFINITY ? least : most;
		if (most < least || copies > MOST_COPIES) throw new Unknown();
		return [least, most];
	}

	#atom(ignoresCase: boolean): SplitNode {
		if (this.#take("(")) return this.#group(ignoresCase);
		if (this.#take("[")) {
			if (ignoresCase) throw new Unknown();
			return { kind: "set", set: this.#class() };
		}
		if (this.#peek() === "\\") {
			const set = this.#escape();
			return { kind: "set", set };
		}
		const character = this.#next();
		if (SPECIAL.includes(character)) throw new Unknown();
		return {
			kind: "set",
			set: ignoresCase ? bothCases(character) : single(character),
		};
	}

	#group(ignoresCase: boolean): SplitNode {
		if (this.#take("?")) {
			const kind = this.#next();
			if (kind === "!" || kind === "=") {
				const ahead = this.#atom(ignoresCase);
				if (ahead.kind !== "set" || !this.#take(")")) throw new Unknown();
				if (kind === "!") return { kind: "not-next", set: ahead.set };
				throw new Unknown();
			}
			if (kind === "i") {
				if (!this.#take(":")) throw new Unknown();
				return this.#closed(this.#choice(true));
			}
			if (kind !== ":") throw new Unknown();
		}
		return this.#closed(this.#choice(ignoresCase));
	}

	#closed(node: SplitNode): SplitNode {
		if (!this.#take(")")) throw new Unknown();
		return node;
	}

	#class(): CodePointSet {
		const isNegated = this.#take("^");
		const sets: CodePointSet[] = [];
		while (!this.#take("]")) {
			const set = this.#classItem();
			const isPoint = set.length === 2 && set[1] === set[0] + 1;
			if (this.#peek() === "-" && this.#text[this.#at + 1] !== "]") {
				this.#at++;
				const last = this.#classItem();
				if (!isPoint || last.length !== 2 || last[1] !== last[0] + 1)
					throw new Unknown();
				if (last[0] < set[0]) throw new Unknown();
				sets.push([set[0], last[1]]);
			} else sets.push(set);
		}
		if (sets.length === 0) throw new Unknown();
		return isNegated ? complement(union(sets)) : union(sets);
	}

	#classItem(): CodePointSet {
		if (this.#peek() === "\\") return this.#escape();
		const character = this.#next();
		// Nested classes, POSIX brackets and intersections.
		if (character === "[") throw new Unknown();
		if (character === "&" && this.#peek() === "&") throw new Unknown();
		return single(character);
	}

	#escape(): CodePointSet {
		this.#at++;
		const letter = this.#next();
		if (letter === "s") return whiteSpace;
		if (letter === "S") return complement(whiteSpace);
		if (letter === "p" || letter === "P") {
			if (!this.#take("{")) throw new Unknown();
			const end = this.#text.indexOf("}", this.#at);
			if (end === -1) throw new Unknown();
			const set = category(this.#text.slice(this.#at, end).join(""));
			if (set === null) throw new Unknown();
			this.#at = end + 1;
			return letter === "p" ? set : complement(set);
		}
		if (Object.hasOwn(CONTROLS, letter))
			return [CONTROLS[letter], CONTROLS[letter] + 1];
		if (/[A-Za-z0-9]/.test(letter)) throw new Unknown();
		return single(letter);
	}

	#peek(): string {
		return this.#text[this.#at] ?? "";
	}

	#next(): string {
		if (this.#at >= this.#text.length) throw new Unknown();
		return this.#text[this.#at++];
	}

	#take(character: string): boolean {
		if (this.#peek() !== character) return false;
		this.#at++;
		return true;
	}
}

function single(character: string): CodePointSet {
	const point = character.codePointAt(0) as number;
	return [point, point + 1];
}

/** Both cases of an ASCII letter, with the one other letter that folds to `s` and `k`. */
function bothCases(character: string): CodePointSet {
	if (character.charCodeAt(0) > 0x7f) throw new Unknown();
	const sets = [character.toLowerCase(), character.toUpperCase()].map(single);
	if (/s/i.test(character)) sets.push([0x17f, 0x180]);
	if (/k/i.test(character)) sets.push([0x212a, 0x212b]);
	return union(sets);
}
