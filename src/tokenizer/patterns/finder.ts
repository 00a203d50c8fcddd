/** Finds the matches of a pattern in a text, one after the other. Offsets are in UTF-16 units. */
export interface Finder {
	/** Where the match that was found last begins, and ends. */
	start: number;
	end: number;
	/** Begins with another text. */
	begin(text: string): void;
	/** Finds the next match; false: there is none. */
	next(): boolean;
}

/** Finds matches as the Rust library's iterator does, by searches from some offset on. */
export abstract class SearchFinder implements Finder {
	start = 0;
	end = 0;
	protected text = "";
	#from = 0;
	#lastEnd = -1;

	begin(text: string): void {
		this.text = text;
		this.#from = 0;
		this.#lastEnd = -1;
	}

	next(): boolean {
		for (;;) {
			if (this.#from > this.text.length || !this.search(this.#from))
				return false;
			// No empty match where the one before ended.
			if (this.end > this.start || this.end !== this.#lastEnd) break;
			const point = this.text.codePointAt(this.#from) ?? 0;
			this.#from += point > 0xffff ? 2 : 1;
		}
		this.#from = this.end;
		this.#lastEnd = this.end;
		return true;
	}

	/** Finds the first match that begins at an offset or after it: sets `start` and `end`. */
	protected abstract search(from: number): boolean;
}
