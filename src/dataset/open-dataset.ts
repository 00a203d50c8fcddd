import { UsageError } from "../core/errors.js";
import { withoutSlashes } from "../core/text.js";
import type { Storage } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import {
	type ColumnBatch,
	type ColumnValues,
	rowOf,
} from "../tables/columns.js";
import { datasetFormats, shardSchema } from "./formats.js";
import { indexSchemaOf, indexTable } from "./index-rows.js";
import { readListed, unreadable } from "./listed-file.js";
import type { Manifest, ManifestShard } from "./manifest.js";
import { readManifest } from "./read-manifest.js";

/** A dataset that can be read back. */
export interface Dataset {
	readonly directory: string;
	readonly manifest: Manifest;
	/**
	 * The rows of all shards in the manifest's order, or of one bucket or split, in
	 * batches of columns; each is valid until the next one is asked for.
	 * @param bucket Length of the bucket; default all.
	 * @param split `train` or `validation`; default all.
	 */
	rows(bucket?: number, split?: string): AsyncGenerator<ColumnBatch>;
	/**
	 * One row: the values of each column, by name. Reads the row's group, and keeps it
	 * for the next call.
	 * @param number Counted over the shards in the manifest's order, or over those of a
	 * bucket or split.
	 * @throws UsageError `no-row`
	 */
	row(number: number, bucket?: number, split?: string): Promise<DatasetRow>;
	/** The index: documents in the order of the input, in batches of columns (`indexSchemaOf`). */
	documents(): AsyncGenerator<ColumnBatch>;
}

/** The values of a row, by column. */
export type DatasetRow = Record<string, ColumnValues>;

/**
 * Opens a dataset to read its rows and documents.
 * @throws UsageError `not-a-dataset`, `unfinished`; DataError `bad-manifest`
 */
export async function openDataset(directory: string): Promise<Dataset> {
	const path = withoutSlashes(directory);
	return datasetOf(path, await readManifest(path));
}

/** A dataset whose manifest was read, or a part of it. */
export function datasetOf(directory: string, manifest: Manifest): Dataset {
	return new ReadableDataset(directory, manifest);
}

class ReadableDataset implements Dataset {
	readonly directory: string;
	readonly manifest: Manifest;
	readonly #storage: Storage;
	/** The group of rows that was read last: its shard and number there. */
	#kept: { shard: ManifestShard; group: number; batch: ColumnBatch } | null =
		null;

	constructor(directory: string, manifest: Manifest) {
		this.directory = directory;
		this.manifest = manifest;
		this.#storage = storageAt(directory);
	}

	async *rows(bucket?: number, split?: string): AsyncGenerator<ColumnBatch> {
		const { settings } = this.manifest;
		const { read } = datasetFormats.find(settings.format);
		for (const { path, bytes, rows } of this.#shardsOf(bucket, split)) {
			let found = 0;
			const batches = this.#reading(path, (file) =>
				read(file, bytes, shardSchema(settings)),
			);
			for await (const batch of batches) {
				found += batch.rows;
				yield batch;
			}
			// A stream that is cut between two batches reads as a whole one.
			if (found !== rows)
				throw unreadable(
					`${this.directory}/${path}`,
					`it has ${found} rows of ${rows}`,
				);
		}
	}

	async row(
		number: number,
		bucket?: number,
		split?: string,
	): Promise<DatasetRow> {
		let row = number;
		for (const shard of this.#shardsOf(bucket, split)) {
			if (row >= 0 && row < shard.rows) return this.#rowOfShard(shard, row);
			row -= shard.rows;
		}
		throw new UsageError(
			"no-row",
			`${this.directory} has no row ${number}${bucket === undefined ? "" : ` in the bucket of ${bucket}`}${split === undefined ? "" : ` of the split ${split}`}: it has ${number - row}.`,
		);
	}

	async *documents(): AsyncGenerator<ColumnBatch> {
		for (const { path, bytes } of this.manifest.index)
			yield* this.#reading(path, (file) =>
				indexTable.read(file, bytes, indexSchemaOf(this.manifest.settings)),
			);
	}

	#shardsOf(
		bucket: number | undefined,
		split: string | undefined,
	): ManifestShard[] {
		return this.manifest.shards.filter(
			(shard) =>
				(bucket === undefined || shard.bucket === bucket) &&
				(split === undefined || shard.split === split),
		);
	}

	async #rowOfShard(shard: ManifestShard, row: number): Promise<DatasetRow> {
		const { settings } = this.manifest;
		const bucket = settings.buckets.find(
			({ length }) => length === shard.bucket,
		);
		const batchRows = bucket?.batchRows ?? shard.rows;
		const group = Math.floor(row / batchRows);
		if (this.#kept?.shard !== shard || this.#kept.group !== group) {
			const { readBatch } = datasetFormats.find(settings.format);
			const schema = shardSchema(settings);
			const reading = this.#reading(shard.path, async function* (file) {
				yield await readBatch(file, shard.bytes, schema, group);
			});
			const { value: batch } = await reading.next();
			// It ends where the file is still what it was.
			await reading.next();
			this.#kept = { shard, group, batch };
		}
		return rowOf(this.#kept.batch, row - group * batchRows);
	}

	async *#reading<T>(
		path: string,
		read: (file: Awaited<ReturnType<Storage["open"]>>) => AsyncGenerator<T>,
	): AsyncGenerator<T> {
		yield* readListed(this.#storage, `${this.directory}/${path}`, read);
	}
}
