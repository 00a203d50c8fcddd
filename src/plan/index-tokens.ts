import { eachOf } from "../storage/when-read.js";
import type { ArrowRows, RowPlace } from "../tables/arrow-rows.js";
import type { StoreReader, TokenColumn } from "./store-reader.js";

/** Columns in which the first token of a sequence has a 0, and has another value in its document. */
const FIRST_IS_ZERO: Readonly<Record<TokenColumn, boolean>> = {
	input_ids: false,
	loss_mask: true,
};

/** Finds the tokens of a row of an index, sequence by sequence, in its store. */
export class IndexTokens {
	readonly #store: StoreReader;
	/** The row that was found last, and its sequences. */
	#row = -1;
	#count = 0;
	#lengths = new Int32Array(64);
	#offsets = new Int32Array(64);
	/** Number and task of each document. */
	#documents = new Int32Array(128);
	readonly #bounds = new Int32Array(2);

	constructor(store: StoreReader) {
		this.#store = store;
	}

	/** Reads which sequences a row has, unless it is the one that was found last. */
	find(row: number, rows: ArrowRows, place: RowPlace): void {
		if (this.#row === row) return;
		this.#row = -1;
		rows.readBounds("seq_lengths", place, this.#bounds);
		const [from, to] = this.#bounds;
		this.#count = to - from;
		if (this.#lengths.length < this.#count) {
			this.#lengths = new Int32Array(2 * this.#count);
			this.#offsets = new Int32Array(2 * this.#count);
			this.#documents = new Int32Array(4 * this.#count);
		}
		const columns = [
			{ name: "seq_lengths", to: this.#lengths, width: 1 },
			{ name: "doc_offsets", to: this.#offsets, width: 1 },
			{ name: "doc_ids", to: this.#documents, width: 2 },
		];
		eachOf(columns.length, (i) => {
			const { name, to, width } = columns[i];
			const bytes = new Uint8Array(to.buffer);
			const count = this.#count * width;
			rows.readValues(name, place, from * width, bytes, 0, count);
		});
		this.#row = row;
	}

	/** Reads `count` values of the row's tokens from its token `first` on, to value `at` of `target`. */
	read(
		first: number,
		target: Uint8Array,
		at: number,
		count: number,
		column: TokenColumn,
	): void {
		const end = first + count;
		let next = 0;
		eachOf(this.#count, (i) => {
			const length = this.#lengths[i];
			const start = next;
			next += length;
			const from = Math.max(start, first);
			const to = Math.min(next, end);
			if (to <= from) return;
			this.#store.read(
				this.#documents[2 * i + 1],
				this.#documents[2 * i] >>> 0,
				this.#offsets[i] + from - start,
				target,
				at + from - first,
				to - from,
				column,
			);
			if (FIRST_IS_ZERO[column] && from === start)
				target.fill(0, 4 * (at + from - first), 4 * (at + from - first + 1));
		});
		if (next < end) throw new Error("a row has fewer tokens than asked for");
	}
}
