import { stringOfBytes, stringOfUnits, writeUnits } from "../units.js";
import { toForm } from "./forms.js";
import { UnitTexts } from "./unit-texts.js";

// What a UTF-16 unit becomes: one unit, or negative numbers.
const UNKNOWN = -1;
const REMOVED = -2;
/** The first of two units. */
const FIRST = -3;
/** More than `LONGEST` units. */
const LONG = -4;
/** From here on down, texts: bits of where they are, of their length, and whether they are marks that move. */
const TEXTS = -5;
const LENGTH_SHIFT = 1;
const PLACE_SHIFT = 6;
const LONGEST = 31;

/** Units that are changed at once: tables and what is written stay in the processor's cache. */
const CHUNK = 1 << 15;

/**
 * Does what a normalizer does that looks at one character at a time, by a table of what each becomes, which is filled as
 * characters come. Several normalizers, one after the other, are one table.
 */
export class CharacterTable {
	readonly #apply: (text: string) => string;
	readonly #sortsMarks: boolean;
	readonly #units = new Int32Array(0x10000).fill(UNKNOWN);
	/** Of characters beyond U+FFFF. */
	readonly #pairs = new Map<number, number>();
	readonly #texts = new UnitTexts();
	readonly #input = new Uint16Array(CHUNK);
	readonly #narrow = new Uint8Array(CHUNK);
	readonly #output = new Uint16Array(CHUNK * LONGEST);
	/** Whether what was written last are marks that move. */
	#isAfterMarks = false;

	/**
	 * @param apply Does the same to a text.
	 * @param sortsMarks Whether it puts marks beside each other in Unicode's order.
	 */
	constructor(apply: (text: string) => string, sortsMarks: boolean) {
		this.#apply = apply;
		this.#sortsMarks = sortsMarks;
	}

	/** @param text Well-formed. */
	apply(text: string): string {
		let written = "";
		this.#isAfterMarks = false;
		for (let at = 0; at < text.length; ) {
			const end = chunkEnd(text, at);
			const isWhole = at === 0 && end === text.length;
			const chunk = isWhole ? text : text.slice(at, end);
			writeUnits(chunk, this.#input);
			const part = this.#change(chunk.length);
			if (part === null) return this.#apply(text);
			written += part;
			at = end;
		}
		return written;
	}

	/** What the input becomes; null where that takes more than the table: marks may change places. */
	#change(length: number): string | null {
		const table = this.#units;
		const input = this.#input;
		let at = 0;
		const narrow = this.#narrow;
		for (; at < length; at++) {
			const to = table[input[at]];
			if (to >>> 7 !== 0) break;
			narrow[at] = to;
		}
		/** How much was written when marks that move came last. */
		let marksEnd = this.#isAfterMarks && at === 0 ? 0 : -1;
		this.#isAfterMarks = false;
		if (at === length) return stringOfBytes(narrow, length);
		const output = this.#output;
		for (let i = 0; i < at; i++) output[i] = narrow[i];
		let count = at;
		while (true) {
			let to = 0;
			while (at < length) {
				to = table[input[at++]];
				if (to < 0) break;
				output[count++] = to;
			}
			if (to >= 0) break;
			if (to === UNKNOWN) to = this.#ofUnit(input[at - 1]);
			if (to === FIRST) to = this.#ofPair(input[at - 1], input[at++]);
			if (to >= 0) output[count++] = to;
			else if (to !== REMOVED) {
				if (to === LONG) return null;
				const text = TEXTS - to;
				const moves = (text & 1) !== 0;
				if (moves && count === marksEnd) return null;
				const { units } = this.#texts;
				let from = text >>> PLACE_SHIFT;
				const end = from + ((text >>> LENGTH_SHIFT) & LONGEST);
				while (from < end) output[count++] = units[from++];
				if (moves) marksEnd = count;
			}
		}
		this.#isAfterMarks = count === marksEnd;
		return stringOfUnits(output, count);
	}

	#ofUnit(unit: number): number {
		const isFirst = (unit & 0xfc00) === 0xd800;
		const to = isFirst ? FIRST : this.#find(String.fromCharCode(unit));
		this.#units[unit] = to;
		return to;
	}

	#ofPair(first: number, second: number): number {
		const point = 0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff);
		let to = this.#pairs.get(point);
		if (to === undefined) {
			to = this.#find(String.fromCodePoint(point));
			this.#pairs.set(point, to);
		}
		return to;
	}

	#find(character: string): number {
		const by = this.#apply(character);
		if (by === "") return REMOVED;
		if (by.length > LONGEST) return LONG;
		const moves = this.#sortsMarks && [...by].some(isSorted);
		if (by.length === 1 && !moves) return by.charCodeAt(0);
		return (
			TEXTS -
			((this.#texts.placeOf(by) << PLACE_SHIFT) |
				(by.length << LENGTH_SHIFT) |
				Number(moves))
		);
	}
}

/** Whether a character is put before or after others by its class of marks; U+0345 has the highest one. */
function isSorted(character: string): boolean {
	const after = toForm("NFD", `\u0345${character}`);
	return character === "\u0345" || !after.startsWith("\u0345");
}

function chunkEnd(text: string, from: number): number {
	const end = from + CHUNK;
	if (end >= text.length) return text.length;
	return (text.charCodeAt(end - 1) & 0xfc00) === 0xd800 ? end - 1 : end;
}
