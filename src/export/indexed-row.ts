import { sum } from "../core/arithmetic.js";
import type { ExportRow } from "../dataset/exports/export-format.js";
import type { StoreReader, TokenColumn } from "../plan/store-reader.js";
import { allOf, eachOf } from "../storage/when-read.js";

/** The row of an index that was read last, with its tokens out of the store. */
export class IndexedRow implements ExportRow {
	ids: Int32Array = new Int32Array(0);
	seqLengths: Int32Array = new Int32Array(0);
	docIds: BigInt64Array = new BigInt64Array(0);
	lossMask: Int32Array | null = null;
	readonly padding = 0;
	domain = "";
	readonly #store: StoreReader;
	readonly #isMasked: boolean;
	readonly #domainOf: (document?: bigint) => string;
	#idsMemory = new Int32Array(0);
	#maskMemory = new Int32Array(0);

	constructor(
		store: StoreReader,
		isMasked: boolean,
		domainOf: (document?: bigint) => string,
	) {
		this.#store = store;
		this.#domainOf = domainOf;
		this.#isMasked = isMasked;
	}

	/**
	 * @param starts The token of its document that each sequence begins at.
	 * @throws NotYetRead
	 */
	read(
		lengths: Int32Array,
		documents: BigInt64Array,
		starts: Int32Array,
	): void {
		this.seqLengths = lengths;
		this.docIds = documents;
		this.domain = this.#domainOf(documents[0]);
		const count = sum(lengths);
		if (this.#idsMemory.length < count) {
			this.#idsMemory = new Int32Array(2 * count);
			this.#maskMemory = new Int32Array(this.#isMasked ? 2 * count : 0);
		}
		this.ids = this.#idsMemory.subarray(0, count);
		const mask = this.#maskMemory.subarray(0, count);
		allOf(
			() => this.#fill(this.ids, starts, "input_ids"),
			() => this.#isMasked && this.#fill(mask, starts, "loss_mask"),
		);
		if (!this.#isMasked) return;
		let at = 0;
		for (const length of lengths) {
			mask[at] = 0;
			at += length;
		}
		this.lossMask = mask;
	}

	#fill(to: Int32Array, starts: Int32Array, column: TokenColumn): void {
		const bytes = new Uint8Array(to.buffer, to.byteOffset, to.byteLength);
		const { docIds, seqLengths } = this;
		// Number and task of each document.
		const words = new Int32Array(
			docIds.buffer,
			docIds.byteOffset,
			2 * docIds.length,
		);
		let next = 0;
		eachOf(seqLengths.length, (i) => {
			const at = next;
			const length = seqLengths[i];
			next += length;
			const document = words[2 * i] >>> 0;
			this.#store.read(
				words[2 * i + 1],
				document,
				starts[i],
				bytes,
				at,
				length,
				column,
			);
		});
	}
}
