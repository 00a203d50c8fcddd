import { PatternError } from "./pattern-error.js";

const MOST_NUMBER = 0x7fffffff;

/** Reads a pattern character by character. */
export class Reader {
	readonly #characters: string[];
	at = 0;

	constructor(pattern: string) {
		this.#characters = [...pattern];
	}

	get isDone(): boolean {
		return this.at >= this.#characters.length;
	}

	/** The next character, or one some places on; empty at the end. */
	peek(ahead = 0): string {
		return this.#characters[this.at + ahead] ?? "";
	}

	/** @param what What has no end where the pattern ends here. */
	next(what: string): string {
		if (this.isDone) throw new PatternError(`ends within ${what}`);
		return this.#characters[this.at++];
	}

	/** Whether the next characters are these; goes on after them if so. */
	take(characters: string): boolean {
		for (let i = 0; i < characters.length; i++)
			if (this.peek(i) !== characters[i]) return false;
		this.at += characters.length;
		return true;
	}

	/** A whole number of decimal digits; null where there are none. */
	number(): number | null {
		const digits = this.digits(10, Number.POSITIVE_INFINITY);
		if (digits === "") return null;
		const value = Number(digits);
		if (value > MOST_NUMBER)
			throw new PatternError(`has a number that is too large, ${digits}`);
		return value;
	}

	/** Up to some digits of a base. */
	digits(base: 8 | 10 | 16, most: number): string {
		let digits = "";
		while (digits.length < most && isDigit(this.peek(), base))
			digits += this.#characters[this.at++];
		return digits;
	}

	/** Whether a character comes from here on that is not escaped. */
	comes(character: string): boolean {
		for (let at = this.at; at < this.#characters.length; at++) {
			if (this.#characters[at] === "\\") at++;
			else if (this.#characters[at] === character) return true;
		}
		return false;
	}

	/** "at character 3": of what was read last. */
	get place(): string {
		return `at character ${this.at}`;
	}
}

function isDigit(character: string, base: 8 | 10 | 16): boolean {
	if (base === 16) return /^[0-9a-fA-F]$/.test(character);
	return base === 10 ? /^[0-9]$/.test(character) : /^[0-7]$/.test(character);
}
