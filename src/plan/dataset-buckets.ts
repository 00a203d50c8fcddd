import { DataError, optionName } from "../core/errors.js";
import { bucketOfPath } from "../dataset/bucket-name.js";
import type { Manifest, ManifestShard } from "../dataset/manifest.js";
import { MANIFEST } from "../dataset/manifest.js";
import { openDataset } from "../dataset/open.js";
import { decomposers } from "../decompose/decomposers.js";
import { sha256OfFile } from "../storage/hash.js";
import type { Storage } from "../storage/storage.js";

/** A dataset that batches are read from, as buckets; packed rows are one. */
export interface DatasetBuckets {
	directory: string;
	manifest: Manifest;
	/** SHA-256 of the manifest's file. */
	hash: string;
	buckets: DatasetBucket[];
}

export interface DatasetBucket {
	length: number;
	rows: number;
	tokens: number;
	/** Its rows, in this order, are numbered from 0. */
	shards: ManifestShard[];
	/** Whether every row is one sequence that fills it. */
	isFull: boolean;
	/** Rows of a record batch. */
	batchRows: number;
}

/** @throws UsageError, DataError when it cannot be read at random. */
export async function openDatasetBuckets(
	storage: Storage,
	directory: string,
): Promise<DatasetBuckets> {
	const manifest = await openDataset(storage, directory);
	const { settings, shards } = manifest;
	if (settings.format !== "arrow")
		throw new DataError(
			"not-random",
			`${directory} has ${settings.format} shards, and batches read rows in random order, which takes Arrow shards: build it with ${optionName("format", "arrow")}.`,
		);
	const { sha256: hash } = await sha256OfFile(
		storage,
		`${directory}/${MANIFEST}`,
	);
	const bucketSettings = settings.buckets;
	const buckets: DatasetBucket[] =
		bucketSettings === null
			? [bucketOf(settings.seqLen, shards, false, settings.batchRows)]
			: bucketSettings.buckets.map(({ length, batchRows }) =>
					bucketOf(
						length,
						shards.filter(({ path }) => bucketOfPath(path) === length),
						bucketSettings.remainder === "drop" &&
							decomposers.find(bucketSettings.decomposer).fillsRows,
						batchRows,
					),
				);
	return { directory, manifest, hash, buckets };
}

/** The bucket of a length, which is there. */
export function bucketOfLength(
	{ directory, buckets }: DatasetBuckets,
	length: number,
): DatasetBucket {
	const bucket = buckets.find((each) => each.length === length);
	if (bucket === undefined)
		throw new Error(`${directory} has no bucket of ${length}`);
	return bucket;
}

function bucketOf(
	length: number,
	shards: ManifestShard[],
	isFull: boolean,
	batchRows: number,
): DatasetBucket {
	const rows = shards.reduce((sum, shard) => sum + shard.rows, 0);
	const tokens = shards.reduce((sum, shard) => sum + shard.tokens, 0);
	return { length, rows, tokens, shards, isFull, batchRows };
}
