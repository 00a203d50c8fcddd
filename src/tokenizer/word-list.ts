import type { WordSpans } from "./expression-splits.js";

/** Words, and units of UTF-16, that are handed over at once, about. */
const MOST_WORDS = 8192;
const MOST_UNITS = 64 * 1024;

/** Words that JavaScript has found, put together to be encoded some thousands at a time. */
export class WordList {
	readonly #spans = new Int32Array(MOST_WORDS * 2);
	#count = 0;
	#text = "";

	add(word: string, take: (words: WordSpans) => void): void {
		if (
			this.#count === MOST_WORDS ||
			(this.#count > 0 && this.#text.length + word.length > MOST_UNITS)
		)
			this.end(take);
		this.#spans[2 * this.#count] = this.#text.length;
		this.#text += word;
		this.#spans[2 * this.#count + 1] = this.#text.length;
		this.#count++;
	}

	/** Hands over what is left. */
	end(take: (words: WordSpans) => void): void {
		if (this.#count === 0) return;
		const words = {
			text: this.#text,
			spans: this.#spans.subarray(0, 2 * this.#count),
		};
		this.#text = "";
		this.#count = 0;
		take(words);
	}
}
