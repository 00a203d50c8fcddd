import { sum } from "../core/arithmetic.js";
import { DataError, damageOf } from "../core/errors.js";
import { openListedAtRandom } from "../dataset/listed-file.js";
import { rowSchema } from "../dataset/rows.js";
import type { TreeRow } from "../masks/tree.js";
import type { RandomAccessFile, Storage } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { NotYetRead } from "../storage/when-read.js";
import { ArrowRows, DAMAGED, newRowPlace } from "../tables/arrow-rows.js";
import type { Schema } from "../tables/columns.js";
import type { DatasetBucket, DatasetBuckets } from "./dataset-buckets.js";
import { IndexTokens } from "./index-tokens.js";
import { IndexTrees } from "./index-trees.js";
import { type OpenFiles, requireBytes } from "./open-files.js";
import type { StoreReaders, TokenColumn } from "./store-reader.js";

/** Reads rows of a dataset's bucket by their number. */
export class RowReader {
	readonly isFull: boolean;
	/** Whether some tokens are not to be trained on. */
	readonly isMasked: boolean;
	/** Rows of the bucket. */
	readonly count: number;
	readonly #directory: string;
	readonly #bucket: DatasetBucket;
	readonly #schema: Schema;
	readonly #storage: Storage;
	readonly #files: OpenFiles;
	/** The shards that are open, at their number. */
	readonly #open: (ArrowRows | undefined)[] = [];
	readonly #begun: (BegunShard | undefined)[] = [];
	/** Number of each shard's first row, and of the end. */
	readonly #firstRows: Float64Array;
	readonly #place = newRowPlace();
	readonly #bounds = new Int32Array(2);
	/** What finds the tokens of rows that have none; null: they have. */
	readonly #index: IndexTokens | null;
	/** What finds the trees of prefixes that rows hold; null: they hold none. */
	readonly #trees: IndexTrees | null;

	constructor(
		{ directory, manifest, store }: DatasetBuckets,
		bucket: DatasetBucket,
		files: OpenFiles,
		stores: StoreReaders,
	) {
		this.#index = store === null ? null : new IndexTokens(stores.of(store));
		this.#trees =
			store === null || manifest.settings.prefixTree === undefined
				? null
				: new IndexTrees(stores.of(store));
		this.#directory = directory;
		this.#bucket = bucket;
		this.isFull = bucket.isFull;
		this.isMasked = manifest.settings.isMasked;
		this.count = bucket.rows;
		this.#schema = rowSchema(manifest.settings);
		this.#storage = storageAt(directory);
		this.#files = files;
		this.#firstRows = new Float64Array(bucket.shards.length + 1);
		bucket.shards.forEach(({ rows }, i) => {
			this.#firstRows[i + 1] = this.#firstRows[i] + rows;
		});
	}

	/** The document of a row of a store: the task that read it, and its number there. */
	documentOf(row: number): { task: number; number: number } {
		const { shards } = this.#bucket;
		const first = this.#firstRows;
		let shard = this.#shardOf(row);
		const { task } = shards[shard];
		while (shard > 0 && shards[shard - 1].task === task) shard--;
		return { task, number: row - first[shard] };
	}

	/** Reads the `count` tokens of a row that fills its bucket to value `at` of `target`. */
	readFull(row: number, target: Uint8Array, at: number, count: number): void {
		if (this.#index !== null) {
			this.readTokens(row, 0, target, at, count);
			return;
		}
		const rows = this.#find(row);
		const from = this.#place.row * count;
		rows.readValues("input_ids", this.#place, from, target, at, count, true);
	}

	/** The lengths of a row's sequences. */
	readLengths(row: number): Int32Array {
		const rows = this.#find(row);
		rows.readBounds("seq_lengths", this.#place, this.#bounds);
		const [from, to] = this.#bounds;
		const lengths = new Int32Array(to - from);
		const bytes = new Uint8Array(lengths.buffer);
		rows.readValues("seq_lengths", this.#place, from, bytes, 0, to - from);
		this.requireSound(row, lengths);
		return lengths;
	}

	/** Labels of a row. */
	readLabels(row: number): number {
		const rows = this.#find(row);
		const isCounted = this.isMasked || this.#trees !== null;
		const column = isCounted ? "label_counts" : "seq_lengths";
		rows.readBounds(column, this.#place, this.#bounds);
		const [from, to] = this.#bounds;
		if (isCounted) {
			const counts = new Int32Array(to - from);
			const bytes = new Uint8Array(counts.buffer);
			rows.readValues(column, this.#place, from, bytes, 0, to - from);
			return sum(counts);
		}
		if (this.#index !== null) return sum(this.readLengths(row)) - (to - from);
		rows.readBounds("input_ids", this.#place, this.#bounds);
		return this.#bounds[1] - this.#bounds[0] - (to - from);
	}

	/**
	 * Reads `count` values of a row's tokens from its token `first` on, to value `at` of
	 * `target`.
	 */
	readTokens(
		row: number,
		first: number,
		target: Uint8Array,
		at: number,
		count: number,
		column: TokenColumn = "input_ids",
	): void {
		const rows = this.#find(row);
		if (this.#index !== null) {
			this.#index.find(row, rows, this.#place);
			this.#index.read(first, target, at, count, column);
			return;
		}
		this.#readStored(rows, column, first, target, at, count);
	}

	/** The trees of prefixes that a row holds; null where rows hold none. */
	readTree(row: number): TreeRow | null {
		if (this.#trees === null) return null;
		const rows = this.#find(row);
		return this.#trees.read(rows, this.#place, this.isMasked);
	}

	/** Reads the weights of a row's labels from its token `first` on; an index has none. */
	readWeights(row: number, first: number, weights: Float32Array): void {
		const bytes = new Uint8Array(weights.buffer);
		const rows = this.#find(row);
		this.#readStored(rows, "loss_weight", first, bytes, 0, weights.length);
	}

	/** Reads a column that has a whole number for each sequence of a row. */
	readSequences(row: number, column: string): Int32Array {
		const rows = this.#find(row);
		rows.readBounds(column, this.#place, this.#bounds);
		const [from, to] = this.#bounds;
		const values = new Int32Array(to - from);
		const bytes = new Uint8Array(values.buffer);
		rows.readValues(column, this.#place, from, bytes, 0, to - from);
		return values;
	}

	/** The first row, and how many there are, of those that are stored together with a row. */
	batchOf(row: number): { first: number; count: number } {
		this.#find(row);
		return { first: row - this.#place.row, count: this.#place.batch.rows };
	}

	/**
	 * A column of whole numbers for each sequence, of all rows that are stored together with one: those
	 * of the i-th are `values[offsets[i] .. offsets[i + 1])`.
	 */
	readBatch(
		row: number,
		column: string,
	): { values: Int32Array; offsets: Int32Array } {
		const rows = this.#find(row);
		const { batch, position } = this.#place;
		const place = { batch, position, row: 0 };
		const offsets = new Int32Array(batch.rows + 1);
		rows.readNumbers(column, place, offsets);
		const from = offsets[0];
		const count = offsets[batch.rows] - from;
		if (!(count >= 0) || count * 4 > batch.bytes) throw rows.refused(DAMAGED);
		const values = new Int32Array(count);
		const bytes = new Uint8Array(values.buffer);
		rows.readValues(column, place, from, bytes, 0, count);
		for (let i = 0; i <= batch.rows; i++) offsets[i] -= from;
		return { values, offsets };
	}

	/** @throws DataError where sequences of these lengths cannot be those of a row */
	requireSound(row: number, lengths: Int32Array): void {
		let tokens = 0;
		let shortest = Infinity;
		for (const length of lengths) {
			tokens += length;
			shortest = Math.min(shortest, length);
		}
		if (shortest < 1 || tokens < 1 || tokens > this.#bucket.capacity)
			throw this.#find(row).refused(DAMAGED);
	}

	#readStored(
		rows: ArrowRows,
		column: string,
		first: number,
		target: Uint8Array,
		at: number,
		count: number,
	): void {
		rows.readBounds(column, this.#place, this.#bounds);
		const from = this.#bounds[0] + first;
		rows.readValues(column, this.#place, from, target, at, count, true);
	}

	#find(row: number): ArrowRows {
		if (!(row >= 0 && row < this.count)) throw changedPlan();
		const shard = this.#shardOf(row);
		const rows = this.#open[shard] ?? this.#openShard(shard);
		rows.find(row - this.#firstRows[shard], this.#place);
		return rows;
	}

	#shardOf(row: number): number {
		const first = this.#firstRows;
		let low = 0;
		let high = first.length - 2;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if (first[middle] <= row) low = middle;
			else high = middle - 1;
		}
		return low;
	}

	#openShard(number: number): ArrowRows {
		const shard = this.#bucket.shards[number];
		const path = `${this.#directory}/${shard.path}`;
		const begun = this.#begun[number] ?? this.#beginShard(number, path);
		try {
			requireBytes(begun.file, shard);
			begun.rows.open();
		} catch (error) {
			if (error instanceof DataError || error instanceof NotYetRead)
				throw error;
			throw begun.rows.refused(damageOf(error));
		}
		this.#open[number] = begun.rows;
		return begun.rows;
	}

	#beginShard(number: number, path: string): BegunShard {
		const file = openListedAtRandom(
			this.#storage,
			path,
			"The dataset",
			"plan again with seqpack curriculum",
		);
		const forget = () => {
			file.close?.();
			this.#open[number] = undefined;
			this.#begun[number] = undefined;
		};
		if (file.close !== undefined) this.#files.add(forget);
		const batchRows = this.isFull ? this.#bucket.batchRows : 0;
		const { rows } = this.#bucket.shards[number];
		const begun = {
			file,
			rows: new ArrowRows(
				file,
				this.#schema,
				rows,
				batchRows,
				(why) =>
					new DataError(
						"bad-shard",
						`${path} cannot be read: ${why}. Check the dataset with seqpack verify.`,
					),
			),
		};
		this.#begun[number] = begun;
		return begun;
	}
}

/** A shard whose batches are being found. */
interface BegunShard {
	file: RandomAccessFile;
	rows: ArrowRows;
}

/** The error of a plan that reads what its datasets do not have. */
export function changedPlan(): DataError {
	return new DataError(
		"bad-plan",
		"The plan has steps of sequences that its datasets do not have: it was changed. Make it again with seqpack curriculum.",
	);
}
