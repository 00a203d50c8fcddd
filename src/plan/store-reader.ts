import { DataError, damageOf } from "../core/errors.js";
import { openListedAtRandom } from "../dataset/listed-file.js";
import type { ManifestShard } from "../dataset/manifest.js";
import type { OpenStore } from "../dataset/open-store.js";
import { rowSchema } from "../dataset/rows.js";
import type { RandomAccessFile, Storage } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { NotYetRead } from "../storage/when-read.js";
import { ArrowRows, newRowPlace } from "../tables/arrow-rows.js";
import type { Schema } from "../tables/columns.js";
import { type OpenFiles, requireBytes } from "./open-files.js";

/** The columns of a store that have a value a token. */
export type TokenColumn = "input_ids" | "loss_mask";

/** What reads stores, one for each state of one: packings of the same share it. */
export class StoreReaders {
	readonly #readers = new Map<string, StoreReader>();
	readonly #files: OpenFiles;

	constructor(files: OpenFiles) {
		this.#files = files;
	}

	of(store: OpenStore): StoreReader {
		const state = `${store.manifest.planHash} ${store.directory}`;
		const known =
			this.#readers.get(state) ?? new StoreReader(store, this.#files);
		this.#readers.set(state, known);
		return known;
	}
}

/** Reads tokens of a store's documents, wherever they are. */
export class StoreReader {
	readonly #directory: string;
	readonly #storage: Storage;
	readonly #files: OpenFiles;
	readonly #schema: Schema;
	/** The shards of each task, in the order of its documents. */
	readonly #tasks: StoreShard[][] = [];
	readonly #place = newRowPlace();

	constructor({ directory, manifest }: OpenStore, files: OpenFiles) {
		this.#directory = directory;
		this.#storage = storageAt(directory);
		this.#files = files;
		const { isMasked, carry } = manifest.settings;
		this.#schema = rowSchema({ isMasked, carry });
		for (const shard of manifest.shards) {
			this.#tasks[shard.task] ??= [];
			const own = this.#tasks[shard.task];
			const before = own[own.length - 1];
			const first = before === undefined ? 0 : before.first + before.shard.rows;
			own.push({ shard, first, begun: null, open: null });
		}
	}

	/** Reads `count` values of a document, from its token `start` on, to value `at` of `target`. */
	read(
		task: number,
		document: number,
		start: number,
		target: Uint8Array,
		at: number,
		count: number,
		column: TokenColumn,
	): void {
		const shards = this.#tasks[task] ?? [];
		let low = 0;
		let high = shards.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if (shards[middle].first <= document) low = middle;
			else high = middle - 1;
		}
		const shard = shards[low];
		const row = document - (shard?.first ?? 0);
		if (shard === undefined || row >= shard.shard.rows)
			throw new DataError(
				"bad-shard",
				`${this.#directory} has no document ${document} in its task ${task}. Check the packing with seqpack verify.`,
			);
		const { rows, starts } = shard.open ?? this.#open(shard);
		const place = rows.find(row, this.#place);
		const batch = row - place.row;
		if (starts[batch] === -1) {
			const borders = starts.subarray(batch, batch + place.batch.rows);
			rows.readStarts(column, place, borders);
		}
		const first = starts[row] + start;
		rows.readValues(column, place, first, target, at, count, true);
	}

	#open(of: StoreShard): OpenShard {
		const path = `${this.#directory}/${of.shard.path}`;
		of.begun ??= this.#begin(of.shard, path);
		const { file, rows } = of.begun;
		try {
			requireBytes(file, of.shard);
			rows.open();
		} catch (error) {
			if (error instanceof DataError || error instanceof NotYetRead)
				throw error;
			throw rows.refused(damageOf(error));
		}
		of.open = { rows, starts: new Int32Array(of.shard.rows).fill(-1) };
		return of.open;
	}

	#begin({ rows }: ManifestShard, path: string): BegunShard {
		const file = new ReopenedFile(this.#storage, path, this.#files);
		const refused = (why: string) =>
			new DataError(
				"bad-shard",
				`${path} cannot be read: ${why}. Check the store with seqpack verify.`,
			);
		return { file, rows: new ArrowRows(file, this.#schema, rows, 0, refused) };
	}
}

interface StoreShard {
	shard: ManifestShard;
	/** Number in the task of its first document. */
	first: number;
	/** Null until it is read from. */
	begun: BegunShard | null;
	/** Null until its batches are found. */
	open: OpenShard | null;
}

/** A shard whose batches are being found. */
interface BegunShard {
	file: RandomAccessFile;
	rows: ArrowRows;
}

interface OpenShard {
	rows: ArrowRows;
	/** Where each row's tokens begin in its batch; -1 in the first row of a batch that was not read from. */
	starts: Int32Array;
}

/** A file that is closed where too many are open, and opened again when it is read from. */
class ReopenedFile implements RandomAccessFile {
	readonly #storage: Storage;
	readonly #path: string;
	readonly #files: OpenFiles;
	#file: RandomAccessFile | null = null;

	constructor(storage: Storage, path: string, files: OpenFiles) {
		this.#storage = storage;
		this.#path = path;
		this.#files = files;
	}

	get size(): number {
		return this.#opened().size;
	}

	readInto(
		target: Uint8Array,
		position: number,
		offset: number,
		length: number,
		isAlone?: boolean,
	): number {
		return (this.#file ?? this.#opened()).readInto(
			target,
			position,
			offset,
			length,
			isAlone,
		);
	}

	expect(position: number, length: number): void {
		this.#opened().expect?.(position, length);
	}

	close(): void {
		this.#file?.close?.();
		this.#file = null;
	}

	#opened(): RandomAccessFile {
		if (this.#file !== null) return this.#file;
		this.#file = openListedAtRandom(
			this.#storage,
			this.#path,
			"The store",
			"pack it again with seqpack pack",
		);
		if (this.#file.close !== undefined) this.#files.add(() => this.close());
		return this.#file;
	}
}
