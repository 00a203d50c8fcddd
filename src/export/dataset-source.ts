import { sum } from "../core/arithmetic.js";
import type { ExportRow } from "../dataset/exports/export-format.js";
import { layouts } from "../dataset/layouts/layouts.js";
import type { Manifest } from "../dataset/manifest.js";
import { bucketName } from "../dataset/names.js";
import { type Dataset, openDataset } from "../dataset/open-dataset.js";
import { type OpenStore, openStore } from "../dataset/open-store.js";
import type { BucketSettings } from "../dataset/settings.js";
import { treesNotWritten } from "../dataset/trees-not-written.js";
import {
	type DecomposeOptions,
	sequencesFillRows,
} from "../decompose/decompose-documents.js";
import { shiftRight } from "../masks/labels.js";
import { packers } from "../pack/packers.js";
import { OpenFiles } from "../plan/open-files.js";
import { StoreReaders } from "../plan/store-reader.js";
import { FarReads } from "../storage/objects/far-reads.js";
import { eachOf, whenRead } from "../storage/when-read.js";
import { type ColumnBatch, columnOf } from "../tables/columns.js";
import { IndexedRow } from "./indexed-row.js";
import { lostByAll } from "./lost-by-all.js";
import {
	domainsOf,
	emptyRow,
	type OpenedSource,
	type SourcePart,
	type TakeRow,
} from "./source.js";

/** Rows of which what is wanted is fetched at a time, where it is not on this machine. */
const ROWS_AHEAD = 64;

/**
 * Opens a dataset of rows, a store or a packing by index: its splits and buckets, each in the
 * order of its shards.
 * @throws UsageError, DataError as `openDataset` and `openStore` do
 */
export async function openDatasetSource(
	directory: string,
): Promise<OpenedSource> {
	const dataset = await openDataset(directory);
	const { manifest } = dataset;
	const { settings } = manifest;
	if (manifest.settings.prefixTree !== undefined)
		throw treesNotWritten(directory);
	const store = manifest.store && (await openStore(directory, manifest.store));
	const isDocuments = !layouts.find(settings.layout).packs;
	const lengths = new Set(settings.buckets.map(({ length }) => length));
	// Rows of a split are one part, of whatever stratum they are.
	const groups = settings.buckets.filter(
		({ stratum }) => stratum === settings.buckets[0].stratum,
	);
	const parts = groups
		.map((bucket): SourcePart => {
			const { length, capacity, split } = bucket;
			return {
				directory: lengths.size > 1 ? `${bucketName(length)}/` : "",
				split,
				rowLength: isDocuments ? null : capacity,
				rows: rowsOf(manifest, bucket),
				read: (take) =>
					store === undefined
						? readRows(dataset, bucket, isDocuments, take)
						: readIndexed(
								dataset,
								dataset.rows(bucket.length, bucket.split),
								store,
								(row) => take(row, bucket.capacity),
							),
			};
		})
		.filter(({ rows }) => rows !== 0);
	return {
		isDocuments,
		isMixed: false,
		isFull: isDocuments || sequencesFillRows(settings.cut as DecomposeOptions),
		sharesRows: !isDocuments && packers.find(settings.packer.name).sharesRows,
		plusOne: settings.buckets.some((bucket) => bucket.capacity > bucket.length),
		isMasked: settings.isMasked,
		hasDocIds: true,
		isOrdered: false,
		vocabSize: manifest.tokenizer.vocabSize,
		eos: settings.eos,
		tokenizer: manifest.tokenizer.fingerprint,
		planHash: manifest.planHash,
		directories: [directory, ...(store ? [store.directory] : [])],
		lost: lostByAll(manifest),
		parts,
	};
}

function rowsOf({ shards }: Manifest, of: BucketSettings): number {
	return sum(
		shards
			.filter(({ bucket, split }) => bucket === of.length && split === of.split)
			.map(({ rows }) => rows),
	);
}

async function readRows(
	dataset: Dataset,
	bucket: BucketSettings,
	isDocuments: boolean,
	take: TakeRow,
): Promise<void> {
	const { isMasked, shift = false } = dataset.manifest.settings;
	const row = emptyRow();
	const domainOf = domainsOf(dataset.directory, dataset.manifest);
	const room = isDocuments ? null : bucket.capacity;
	for await (const batch of dataset.rows(bucket.length, bucket.split)) {
		const ids = columnOf(batch, "input_ids", "list<int32>");
		const lengths = columnOf(batch, "seq_lengths", "list<int32>");
		const documents = columnOf(batch, "doc_ids", "list<int64>");
		const mask = isMasked
			? columnOf(batch, "loss_mask", "list<int32>").values
			: null;
		for (let i = 0; i < batch.rows; i++) {
			const from = ids.offsets[i];
			const to = ids.offsets[i + 1];
			const first = lengths.offsets[i];
			const last = lengths.offsets[i + 1];
			row.ids = ids.values.subarray(from, to);
			row.seqLengths = lengths.values.subarray(first, last);
			row.docIds = documents.values.subarray(first, last);
			row.domain = domainOf(row.docIds[0]);
			const own = mask?.subarray(from, to) ?? null;
			row.lossMask = own !== null && shift ? shiftRight(own) : own;
			const taking = take(row, room);
			if (taking !== undefined) await taking;
		}
	}
}

/** Gives rows of a packing with their tokens out of its store. */
export async function readIndexed(
	dataset: Dataset,
	batches: AsyncIterable<ColumnBatch>,
	store: OpenStore,
	take: (row: ExportRow) => Promise<void> | undefined,
): Promise<void> {
	const files = new OpenFiles();
	const row = new IndexedRow(
		new StoreReaders(files).of(store),
		dataset.manifest.settings.isMasked,
		domainsOf(dataset.directory, dataset.manifest),
	);
	try {
		for await (const batch of batches) {
			const lengths = columnOf(batch, "seq_lengths", "list<int32>");
			const offsets = columnOf(batch, "doc_offsets", "list<int32>");
			const documents = columnOf(batch, "doc_ids", "list<int64>");
			const readRow = (i: number) => {
				const first = lengths.offsets[i];
				const last = lengths.offsets[i + 1];
				row.read(
					lengths.values.subarray(first, last),
					documents.values.subarray(first, last),
					offsets.values.subarray(first, last),
				);
			};
			let reads = new FarReads();
			for (let i = 0; i < batch.rows; i++) {
				if (i % ROWS_AHEAD === 0) reads = new FarReads();
				const rest = Math.min(batch.rows - i, ROWS_AHEAD - (i % ROWS_AHEAD));
				const readRest = () => eachOf(rest, (next) => readRow(i + next));
				const reading = whenRead(() => readRow(i), reads, readRest);
				if (reading !== undefined) await reading;
				const taking = take(row);
				if (taking !== undefined) await taking;
			}
		}
	} finally {
		files.close();
	}
}
