import { ROW_OF_ANY_LENGTH } from "../core/capacity.js";
import { DataError, damageOf } from "../core/errors.js";
import { IntListsBuilder } from "../core/int-lists.js";
import { type DocumentLengths, lengthsSchema } from "../dataset/lengths.js";
import { openListedAtRandom } from "../dataset/listed-file.js";
import type { ManifestLengths } from "../dataset/manifest.js";
import type { RandomAccessFile } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { eachOf, NotYetRead } from "../storage/when-read.js";
import { ArrowRows, newRowPlace, type RowPlace } from "../tables/arrow-rows.js";
import type { Schema } from "../tables/columns.js";
import { bucketOfLength, type DatasetBuckets } from "./dataset-buckets.js";
import { type OpenFiles, requireBytes } from "./open-files.js";

/** Reads the lengths of a store's documents by the numbers of their rows, and no tokens. */
export class DocumentLengthsReader {
	/** Documents of the store, also those without tokens or held out. */
	readonly count: number;
	readonly #directory: string;
	readonly #schema: Schema;
	readonly #files: OpenFiles;
	readonly #lengths: LengthsFile[] = [];

	constructor(dataset: DatasetBuckets, files: OpenFiles) {
		const { directory, manifest, source } = dataset;
		this.#directory = directory;
		this.#schema = lengthsSchema(manifest.settings);
		this.#files = files;
		let first = 0;
		for (const lengths of manifest.lengths ?? []) {
			if (source !== null && lengths.source !== source) continue;
			this.#lengths.push({ lengths, first, begun: null, isOpen: false });
			first += lengths.rows;
		}
		this.count = first;
		this.#requireAlike(dataset);
	}

	/**
	 * The lengths of `count` documents from the row `first` on; without places to cut at, and
	 * without sides.
	 * @throws NotYetRead
	 */
	read(first: number, count: number): DocumentLengths {
		const lengths = new Int32Array(count);
		const splits = this.#has("split") ? new Int32Array(count) : null;
		const trained = this.#has("trained") ? new IntListsBuilder() : null;
		const parts = this.#partsOf(first, count);
		eachOf(parts.length, (i) => {
			const { file, row, at, count } = parts[i];
			const rows = this.#open(file);
			for (let done = 0; done < count; ) {
				const place = rows.find(row + done, newRowPlace());
				const length = Math.min(count - done, place.batch.rows - place.row);
				const [from, to] = [at + done, at + done + length];
				rows.readNumbers("tokens", place, lengths.subarray(from, to));
				if (splits !== null)
					rows.readNumbers("split", place, splits.subarray(from, to));
				if (trained !== null) addLists(rows, place, length, trained);
				done += length;
			}
		});
		return {
			lengths,
			splits: splits === null ? null : Uint8Array.from(splits),
			trained: trained?.view() ?? null,
			cuts: null,
			sides: null,
		};
	}

	#has(column: string): boolean {
		return this.#schema.some(({ name }) => name === column);
	}

	/** The parts of files that some documents are in. */
	#partsOf(first: number, count: number) {
		let low = 0;
		let high = this.#lengths.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if (this.#lengths[middle].first <= first) low = middle;
			else high = middle - 1;
		}
		const parts = [];
		for (let at = 0; at < count; low++) {
			const file = this.#lengths[low];
			const row = first + at - file.first;
			const length = Math.min(count - at, file.lengths.rows - row);
			if (length > 0) parts.push({ file, row, at, count: length });
			at += Math.max(0, length);
		}
		return parts;
	}

	#open(of: LengthsFile): ArrowRows {
		const path = `${this.#directory}/${of.lengths.path}`;
		of.begun ??= this.#begin(of, path);
		const { file, rows } = of.begun;
		if (of.isOpen) return rows;
		try {
			requireBytes(file, of.lengths);
			rows.open();
		} catch (error) {
			if (error instanceof DataError || error instanceof NotYetRead)
				throw error;
			throw rows.refused(damageOf(error));
		}
		of.isOpen = true;
		return rows;
	}

	#begin(of: LengthsFile, path: string): NonNullable<LengthsFile["begun"]> {
		const file = openListedAtRandom(
			storageAt(path),
			path,
			"The store",
			"plan again with seqpack curriculum",
		);
		if (file.close !== undefined)
			this.#files.add(() => {
				file.close?.();
				of.begun = null;
				of.isOpen = false;
			});
		const refused = (why: string) =>
			new DataError(
				"bad-lengths",
				`${path} cannot be read: ${why}. Check the store with seqpack verify.`,
			);
		const { rows } = of.lengths;
		return { file, rows: new ArrowRows(file, this.#schema, rows, 0, refused) };
	}

	/** The rows of shards are numbered as those of lengths are. @throws DataError where they are not */
	#requireAlike(dataset: DatasetBuckets): void {
		const { shards } = bucketOfLength(dataset, ROW_OF_ANY_LENGTH);
		const rows = new Map<number, number>();
		for (const { task, rows: count } of shards)
			rows.set(task, (rows.get(task) ?? 0) + count);
		const own = this.#lengths.filter(({ lengths }) => lengths.rows > 0);
		const tasks = [...rows.keys()].filter((task) => rows.get(task) !== 0);
		const isAlike =
			own.length === tasks.length &&
			own.every(
				({ lengths }, i) =>
					lengths.task === tasks[i] && lengths.rows === rows.get(tasks[i]),
			);
		if (!isAlike)
			throw new DataError(
				"bad-manifest",
				`${this.#directory} lists other rows in its shards than in the lengths of its documents: build it again.`,
			);
	}
}

/** Adds the lists of what is to be trained on of `count` rows, all of one batch. */
function addLists(
	rows: ArrowRows,
	place: RowPlace,
	count: number,
	lists: IntListsBuilder,
): void {
	const offsets = new Int32Array(count + 1);
	rows.readNumbers("trained", place, offsets);
	const [from] = offsets;
	const values = new Int32Array(Math.max(0, offsets[count] - from));
	const bytes = new Uint8Array(values.buffer);
	rows.readValues("trained", place, from, bytes, 0, values.length);
	const own = { values, offsets: offsets.map((offset) => offset - from) };
	lists.addLists(own, 0, count);
}

interface LengthsFile {
	lengths: ManifestLengths;
	/** Number of its first document. */
	first: number;
	/** Null until it is read from. */
	begun: { file: RandomAccessFile; rows: ArrowRows } | null;
	isOpen: boolean;
}
