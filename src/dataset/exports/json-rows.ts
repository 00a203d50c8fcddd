import type { ExportRow } from "./export-format.js";

const COMMA = 44;
const ZERO = 48;
/** Letters of the largest id, and a comma. */
const MOST_LETTERS = 11;

/** Writes rows as JSON: an object of lists of numbers, named as the columns of a dataset. */
export class JsonRows {
	#bytes = new Uint8Array(1 << 16);
	#used = 0;

	/** The row, in memory that the next one is written to. */
	textOf({ ids, seqLengths, docIds, lossMask }: ExportRow): Uint8Array {
		this.#used = 0;
		this.#add('{"input_ids":[');
		this.#addList(ids);
		this.#add('],"seq_lengths":[');
		this.#addList(seqLengths);
		if (docIds !== null) this.#add(`],"doc_ids":[${docIds.join(",")}`);
		if (lossMask !== null) {
			this.#add('],"loss_mask":[');
			this.#addList(lossMask);
		}
		this.#add("]}");
		return this.#bytes.subarray(0, this.#used);
	}

	#add(text: string): void {
		this.#reserve(text.length);
		for (let i = 0; i < text.length; i++)
			this.#bytes[this.#used++] = text.charCodeAt(i);
	}

	/** Numbers that are not negative, with commas between. */
	#addList(values: ArrayLike<number>): void {
		this.#reserve(MOST_LETTERS * values.length);
		const bytes = this.#bytes;
		let at = this.#used;
		for (let i = 0; i < values.length; i++) {
			if (i > 0) bytes[at++] = COMMA;
			let rest = values[i];
			let end = at + 1;
			for (let limit = 10; rest >= limit; limit *= 10) end++;
			for (let place = end - 1; place >= at; place--) {
				const next = (rest / 10) | 0;
				bytes[place] = ZERO + rest - 10 * next;
				rest = next;
			}
			at = end;
		}
		this.#used = at;
	}

	#reserve(count: number): void {
		if (this.#used + count <= this.#bytes.length) return;
		const grown = new Uint8Array(2 * (this.#used + count));
		grown.set(this.#bytes.subarray(0, this.#used));
		this.#bytes = grown;
	}
}
