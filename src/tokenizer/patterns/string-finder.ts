import type { Finder } from "./finder.js";

/** Finds a string. */
export class StringFinder implements Finder {
	start = 0;
	end = 0;
	readonly #string: string;
	#text = "";

	/** @param string Not an empty one. */
	constructor(string: string) {
		this.#string = string;
	}

	begin(text: string): void {
		this.#text = text;
		this.end = 0;
	}

	next(): boolean {
		this.start = this.#text.indexOf(this.#string, this.end);
		if (this.start === -1) return false;
		this.end = this.start + this.#string.length;
		return true;
	}
}
