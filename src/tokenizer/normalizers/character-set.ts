import { type CodePointSet, has } from "../code-points.js";
import { eachRange } from "../unicode-tables.js";

/** What a UTF-16 unit is: in the set, or the first of two that may be. */
const IS = 1;
const BEGINS = 2;

/** ASCII characters in a row that are worth a search for the next other one. */
const MANY = 16;

const beyond = /[^\0-\x7f]/g;

/** Where the first character beyond ASCII is from a place on, or -1. */
export function beyondAscii(text: string, from: number): number {
	beyond.lastIndex = from;
	return beyond.test(text) ? beyond.lastIndex - 1 : -1;
}

/**
 * A set of characters, found in texts by a table of all UTF-16 units: a regular expression of
 * hundreds of ranges takes five times as long.
 */
export class CharacterSet {
	readonly #points: CodePointSet;
	readonly #units = new Uint8Array(0x10000);

	/** @param points No ASCII and no surrogates. */
	constructor(points: CodePointSet) {
		this.#points = points;
		for (let i = 0; i < points.length; i += 2)
			for (let point = points[i]; point < points[i + 1]; )
				if (point < 0x10000) this.#units[point++] = IS;
				else {
					this.#units[0xd7c0 + (point >> 10)] = BEGINS;
					point = (point | 0x3ff) + 1;
				}
	}

	/** Where the first of them is from a place on, or -1. */
	find(text: string, from = 0): number {
		const units = this.#units;
		for (let at = beyondAscii(text, from); at !== -1; ) {
			let ascii = 0;
			let i = at;
			for (; i < text.length && ascii < MANY; i++) {
				const unit = text.charCodeAt(i);
				ascii = unit < 0x80 ? ascii + 1 : 0;
				const kind = units[unit];
				if (kind === 0) continue;
				if (kind === IS || has(this.#points, text.codePointAt(i) as number))
					return i;
			}
			at = beyondAscii(text, i);
		}
		return -1;
	}

	/** Writes something else for each of them. */
	replace(text: string, by: (character: string) => string): string {
		let written = "";
		let done = 0;
		for (let at = this.find(text); at !== -1; at = this.find(text, done)) {
			const end = at + ((text.codePointAt(at) as number) > 0xffff ? 2 : 1);
			written += text.slice(done, at) + by(text.slice(at, end));
			done = end;
		}
		return done === 0 ? text : written + text.slice(done);
	}

	remove(text: string): string {
		return this.replace(text, () => "");
	}
}

/** A set of the tables. */
export function pointsOf(set: string): CodePointSet {
	const borders: number[] = [];
	eachRange(set, (begin, end) => borders.push(begin, end));
	return borders;
}
