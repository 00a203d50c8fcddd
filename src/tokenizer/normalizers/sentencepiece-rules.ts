import type { Charsmap } from "./charsmap.js";

// What a UTF-16 unit becomes, alone: one unit, or negative numbers.
const UNKNOWN = -1;
export const REMOVED = -2;
export const SPACE = -3;
/** Not one unit, or more than this one has to be looked at. */
export const MORE = -4;
/** A bit of one unit: what begins with it may be changed together. */
const BEGINS = 0x10000;

/** What is written for what begins at a place, and where that ends. */
export interface Change {
	by: string;
	end: number;
}

/** What SentencePiece writes for what: the longest rule of a charsmap, but for symbols of users, which come first. */
export class SentencePieceRules {
	/** Of each UTF-16 unit what it becomes, once it was learnt; with `BEGINS` unless `areChanged` says no. */
	readonly table = new Int32Array(0x10000).fill(UNKNOWN);
	/** Units that come second in what is changed together. */
	readonly seconds = new Uint8Array(0x10000);
	readonly #pairs = new Set<number>();
	/** Characters with which longer rules begin. */
	readonly #firsts = new Set<number>();
	readonly #alone = new Map<number, string>();
	readonly #charsmap: Charsmap | null;
	readonly #symbols: Symbols;
	/** Units that a pair begins with. */
	readonly #begin = new Uint8Array(0x10000);

	constructor(charsmap: Charsmap | null, symbols: readonly string[]) {
		this.#charsmap = charsmap;
		this.#symbols = new Symbols(symbols);
		charsmap?.eachSecond((second, first) => {
			this.#firsts.add(first);
			if (first < 0x10000) this.#addPair(String.fromCodePoint(first, second));
		});
		for (const symbol of symbols)
			if (symbol.length === 1) this.table[symbol.charCodeAt(0)] = MORE;
			else if (symbol !== "") this.#addPair(symbol);
	}

	#addPair(text: string): void {
		const first = text.charCodeAt(0);
		const second = text.charCodeAt(1);
		this.#begin[first] = 1;
		this.seconds[second] = 1;
		this.#pairs.add(first * 0x10000 + second);
	}

	/** Whether two units may be changed together. */
	areChanged(first: number, second: number): boolean {
		return this.#pairs.has(first * 0x10000 + second);
	}

	/** Fills in what a unit becomes. */
	learn(unit: number): void {
		this.table[unit] = this.#find(unit);
	}

	#find(unit: number): number {
		// The first of two.
		if ((unit & 0xf800) === 0xd800) return MORE;
		const by = this.#ofPoint(unit);
		if (by.length === 1 && by !== " ")
			return by.charCodeAt(0) | (this.#begin[unit] ? BEGINS : 0);
		if (this.#begin[unit]) return MORE;
		return by === "" ? REMOVED : by === " " ? SPACE : MORE;
	}

	change(text: string, at: number): Change {
		const end = this.#symbols.endOf(text, at);
		if (end !== -1) return { by: text.slice(at, end), end };
		const point = text.codePointAt(at) as number;
		const longer = this.#firsts.has(point)
			? this.#charsmap?.longest(text, at)
			: null;
		return (
			longer ?? {
				by: this.#ofPoint(point),
				end: at + (point > 0xffff ? 2 : 1),
			}
		);
	}

	/** What a character becomes where no more is changed with it. */
	#ofPoint(point: number): string {
		let by = this.#alone.get(point);
		if (by === undefined) {
			const character = String.fromCodePoint(point);
			by = this.#charsmap?.longest(character, 0)?.by ?? character;
			this.#alone.set(point, by);
		}
		return by;
	}
}

/** Texts that are found as they are, of those that begin at one place the longest. */
class Symbols {
	/** By first unit, the longest first. */
	readonly #lengths = new Map<number, number[]>();
	readonly #texts: ReadonlySet<string>;

	constructor(texts: readonly string[]) {
		this.#texts = new Set(texts);
		for (const text of this.#texts) {
			const first = text.charCodeAt(0);
			const lengths = this.#lengths.get(first) ?? [];
			if (!lengths.includes(text.length)) lengths.push(text.length);
			this.#lengths.set(first, lengths);
		}
		for (const lengths of this.#lengths.values()) lengths.sort((a, b) => b - a);
	}

	get firstUnits(): Iterable<number> {
		return this.#lengths.keys();
	}

	/** Where the one that begins at a place ends, or -1. */
	endOf(text: string, at: number): number {
		for (const length of this.#lengths.get(text.charCodeAt(at)) ?? [])
			if (this.#texts.has(text.slice(at, at + length))) return at + length;
		return -1;
	}
}
