import { DataError } from "../core/errors.js";
import { createRandom } from "../core/random.js";
import { listLengths, TokenBatchBuilder } from "../core/token-batch.js";
import { IndexRows } from "../dataset/index-rows.js";
import type { Settings } from "../dataset/settings.js";
import { addDropped, type Totals } from "../dataset/totals.js";
import type { TokenizedBatch } from "../documents/tokenize-documents.js";
import type { TableWriter } from "../tables/table.js";
import type { Output, WindowResult } from "./output.js";

/**
 * Documents that are packed together. Filled until it holds the tokens that the
 * settings ask for, then emptied into rows; a document is never in two windows.
 */
export class Window {
	readonly #documents = new TokenBatchBuilder(1 << 16);
	readonly #index: IndexRows;
	readonly #settings: Settings;
	readonly #task: number;
	readonly #totals: Totals;
	#windows = 0;

	/** @param totals Is added to. */
	constructor(task: number, settings: Settings, totals: Totals) {
		this.#task = task;
		this.#settings = settings;
		this.#totals = totals;
		this.#index = new IndexRows(task);
	}

	get isFull(): boolean {
		return this.#documents.ids.length >= this.#settings.window;
	}

	get isEmpty(): boolean {
		return this.#index.length === 0;
	}

	/** Takes in document `at` of a batch. */
	add(
		{ tokens: { ids, offsets }, ...batch }: TokenizedBatch,
		at: number,
	): void {
		const tokens = offsets[at + 1] - offsets[at];
		const { source } = batch;
		const position = batch.positions[at];
		const { seqLen, longDocuments } = this.#settings;
		if (longDocuments === "error" && tokens > seqLen)
			throw new DataError(
				"long-document",
				`${source}: the document at byte ${position} has ${tokens} tokens, and a row holds ${seqLen}. Split, truncate or drop long documents (--long-documents), or make rows longer (--seq-len).`,
			);
		this.#documents.ids.append(ids.subarray(offsets[at], offsets[at + 1]));
		this.#documents.endList();
		this.#index.add(batch.ids[at], source, position, tokens);
	}

	/** Gives what the window holds to the output, and empties it. */
	async flush(output: Output, index: TableWriter): Promise<void> {
		const documents = this.#documents.view();
		const lengths = listLengths(documents.offsets);
		const random = createRandom(
			this.#settings.seed,
			this.#task,
			this.#windows++,
		);
		const firstDocument = this.#index.first;
		const written = await output.write(
			{ documents, lengths, firstDocument },
			random,
		);
		const { pieces, places, dropped } = written;
		const reasons = this.#countDropped(lengths, written);
		await index.write(
			this.#index.take(pieces.document, places, dropped, reasons),
		);
		this.#documents.clear();
	}

	#countDropped(
		lengths: Int32Array,
		{ pieces, dropped, reason }: WindowResult,
	): (string | null)[] {
		const totals = this.#totals;
		const sequences = new Int32Array(lengths.length);
		for (const document of pieces.document) sequences[document]++;
		const reasons = Array.from(dropped, (tokens, document) => {
			if (tokens === 0 && lengths[document] > 0) return null;
			return lengths[document] === 0 ? "empty" : reason(document);
		});
		for (let d = 0; d < lengths.length; d++) {
			const why = reasons[d];
			if (why !== null) addDropped(totals, why, 1, dropped[d]);
			if (sequences[d] > 1 || (sequences[d] === 1 && dropped[d] > 0))
				totals.cutDocuments++;
		}
		return reasons;
	}
}
