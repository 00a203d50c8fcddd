import { DataError } from "../core/errors.js";
import { createRandom, permutation } from "../core/random.js";
import { listLengths, TokenBatchBuilder } from "../core/token-batch.js";
import { addDropped, type Settings, type Totals } from "../dataset/manifest.js";
import { split } from "../decompose/split.js";
import { pack } from "../pack/pack.js";
import type { ShardWriter } from "../shards/format.js";
import { IndexRows } from "../shards/index-rows.js";
import type { PackedWindow } from "../shards/packed-rows.js";
import type { DocumentBatch } from "../sources/source.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { ShardSeries } from "./shard-series.js";

/**
 * Documents that are packed together. Filled until it holds the tokens that the
 * settings ask for, then emptied into rows; a document is never in two windows.
 */
export class Window {
	readonly #documents = new TokenBatchBuilder(1 << 16);
	readonly #index: IndexRows;
	readonly #settings: Settings;
	readonly #tokenizer: Tokenizer;
	readonly #task: number;
	readonly #totals: Totals;
	#windows = 0;

	/** @param totals Is added to. */
	constructor(
		task: number,
		settings: Settings,
		tokenizer: Tokenizer,
		totals: Totals,
	) {
		this.#task = task;
		this.#settings = settings;
		this.#tokenizer = tokenizer;
		this.#totals = totals;
		this.#index = new IndexRows(task);
	}

	get isFull(): boolean {
		return this.#documents.ids.length >= this.#settings.window;
	}

	get isEmpty(): boolean {
		return this.#index.length === 0;
	}

	/** Tokenizes document `at` of a batch and takes it in. */
	add(batch: DocumentBatch, at: number, source: string): void {
		const { ids } = this.#documents;
		const start = ids.length;
		const special = this.#tokenize(batch.texts[at], () => source);
		const tokens = ids.length - start;
		const totals = this.#totals;
		totals.documents++;
		totals.textBytes += Buffer.byteLength(batch.texts[at]);
		totals.textTokens += tokens - special;
		totals.specialTokens += special;
		const reason = tokens === 0 ? "empty" : null;
		if (reason !== null) addDropped(totals, reason, 1, tokens);
		this.#documents.endList();
		this.#index.add(batch.ids[at], source, batch.positions[at], tokens, reason);
	}

	/**
	 * Appends the text's tokens, with BOS and EOS where asked and not there
	 * already; a text without tokens gets neither.
	 * @returns How many special tokens were added.
	 */
	#tokenize(text: string, place: () => string): number {
		const { ids } = this.#documents;
		const { bos, eos } = this.#settings;
		const start = ids.length;
		if (bos !== null) ids.push(bos);
		const textStart = ids.length;
		this.#tokenizer.encodeInto(text, ids);
		if (ids.length === textStart) {
			ids.length = start;
			return 0;
		}
		checkRange(ids.array, textStart, ids.length, this.#tokenizer, place);
		let special = textStart - start;
		if (special > 0 && ids.array[textStart] === bos) {
			ids.array.copyWithin(start, textStart, ids.length);
			ids.length--;
			special = 0;
		}
		if (eos !== null && ids.array[ids.length - 1] !== eos) {
			ids.push(eos);
			special++;
		}
		return special;
	}

	/** Packs what the window holds, gives it out as rows, and empties it. */
	async flush(series: ShardSeries, index: ShardWriter): Promise<void> {
		const { seqLen, packer, seed, shardRows } = this.#settings;
		const documents = this.#documents.view();
		const pieces = split(listLengths(documents.offsets), seqLen);
		const packing = pack(pieces.length, seqLen, { packer });
		const window: PackedWindow = {
			documents,
			pieces,
			packing,
			task: this.#task,
			firstDocument: this.#index.first,
		};
		const random = createRandom(seed, this.#task, this.#windows++);
		const packs = packing.packOffsets.length - 1;
		const shardOf = new Int32Array(pieces.length.length);
		const rowOf = new Int32Array(pieces.length.length);
		for (const p of permutation(packs, random)) {
			const shard = Math.floor(series.rows / shardRows);
			const row = series.rows % shardRows;
			const { order, packOffsets } = packing;
			for (let at = packOffsets[p]; at < packOffsets[p + 1]; at++) {
				shardOf[order[at]] = shard;
				rowOf[order[at]] = row;
			}
			const writing = series.add(window, p);
			if (writing !== undefined) await writing;
		}
		this.#totals.rows += packs;
		this.#totals.sequences += pieces.length.length;
		for (const length of pieces.length) this.#totals.rowTokens += length;
		await index.write(this.#index.take(pieces.document, shardOf, rowOf));
		this.#documents.clear();
	}
}

/** Ids must be in the vocabulary, and so in the column's type, int32. */
function checkRange(
	ids: Int32Array,
	start: number,
	end: number,
	tokenizer: Tokenizer,
	place: () => string,
): void {
	const size = tokenizer.vocabSize;
	for (let i = start; i < end; i++)
		if (ids[i] >>> 0 >= size)
			throw new DataError(
				"token-out-of-range",
				`${place()}: the tokenizer gave the token id ${ids[i]}, which is not in its vocabulary of ${size}.`,
			);
}
