import { compileTree } from "./patterns/find-matches.js";
import type { Finder } from "./patterns/finder.js";
import type { PatternSplit } from "./pre-tokenizers/pre-tokenizer.js";

/** Words, and characters, that are handed over at once, about. */
const MOST_WORDS = 8192;
const MOST_UNITS = 64 * 1024;

/** Words of a text, in UTF-16 units. */
export interface WordSpans {
	/** The part of the text that the words lie in. */
	text: string;
	/** Begin and end of each word in `text`, ascending. */
	spans: Int32Array;
}

/**
 * Splits texts into words outside the kernel, for patterns that no automaton can be made of.
 */
export class ExpressionSplitter {
	readonly #steps: { finder: Finder; dropsGaps: boolean }[] = [];
	readonly #spans = new Int32Array(MOST_WORDS * 2);
	#count = 0;
	#text = "";
	#onWords: (words: WordSpans) => void = () => {};

	constructor(steps: readonly Omit<PatternSplit, "by">[]) {
		for (const { pattern, source, dropsGaps } of steps)
			this.#steps.push({ finder: compileTree(pattern, source)(), dropsGaps });
	}

	/** Calls back with the words of a text, some thousands at a time. */
	split(text: string, onWords: (words: WordSpans) => void): void {
		this.#text = text;
		this.#onWords = onWords;
		this.#split(text, 0, 0);
		this.#handOver();
	}

	/** Splits a part of the text that begins at `at` from step number `level` on. */
	#split(part: string, at: number, level: number): void {
		if (level === this.#steps.length) {
			this.#add(at, at + part.length);
			return;
		}
		const { finder, dropsGaps } = this.#steps[level];
		let done = 0;
		finder.begin(part);
		while (finder.next()) {
			const { start, end } = finder;
			// What lies between two matches is a piece too.
			if (start > done && !dropsGaps)
				this.#split(part.slice(done, start), at + done, level + 1);
			if (end > start)
				this.#split(part.slice(start, end), at + start, level + 1);
			done = end;
		}
		if (done < part.length && !dropsGaps)
			this.#split(part.slice(done), at + done, level + 1);
	}

	#add(begin: number, end: number): void {
		const isFull =
			this.#count === MOST_WORDS ||
			(this.#count > 0 && end - this.#spans[0] > MOST_UNITS);
		if (isFull) this.#handOver();
		this.#spans[2 * this.#count] = begin;
		this.#spans[2 * this.#count + 1] = end;
		this.#count++;
	}

	#handOver(): void {
		if (this.#count === 0) return;
		const spans = this.#spans.subarray(0, this.#count * 2);
		const begin = spans[0];
		const text = this.#text.slice(begin, spans[spans.length - 1]);
		for (let i = 0; i < spans.length; i++) spans[i] -= begin;
		// Before the call, which may throw.
		this.#count = 0;
		this.#onWords({ text, spans });
	}
}
