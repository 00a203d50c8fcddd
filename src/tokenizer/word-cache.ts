import { Int32Buffer } from "../core/buffers.js";
import type { Model } from "./models/model.js";

/** Words kept, and units of UTF-16 that they have at most. */
const MOST_WORDS = 1 << 16;
const MOST_UNITS = 64;

/** The ids of words, found once by a model, then kept until there are too many. */
export class WordCache {
	readonly #model: Model;
	readonly #known = new Map<string, Int32Array>();
	readonly #found = new Int32Buffer();

	constructor(model: Model) {
		this.#model = model;
	}

	/** Appends the ids of a word. @throws DataError `token-out-of-range` */
	encode(word: string, out: Int32Buffer): void {
		if (word.length > MOST_UNITS) {
			this.#model.encodeWord(word, out);
			return;
		}
		let ids = this.#known.get(word);
		if (ids === undefined) {
			this.#found.length = 0;
			this.#model.encodeWord(word, this.#found);
			ids = this.#found.view().slice();
			if (this.#known.size === MOST_WORDS) this.#known.clear();
			this.#known.set(word, ids);
		}
		out.append(ids);
	}
}
