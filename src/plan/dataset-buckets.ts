import { sum } from "../core/arithmetic.js";
import { DataError, optionName } from "../core/errors.js";
import { datasetFormats } from "../dataset/formats.js";
import {
	MANIFEST,
	type Manifest,
	type ManifestShard,
} from "../dataset/manifest.js";
import { readManifest } from "../dataset/read-manifest.js";
import { ofTraining } from "../dataset/splits.js";
import {
	type DecomposeOptions,
	sequencesFillRows,
} from "../decompose/decompose-documents.js";
import { sha256OfFile } from "../storage/hash.js";
import { storageAt } from "../storage/storages.js";

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
	directory: string,
): Promise<DatasetBuckets> {
	const manifest = await readManifest(directory);
	const { settings, shards } = manifest;
	if (!datasetFormats.find(settings.format).randomAccess) {
		const possible = datasetFormats.where(({ randomAccess }) => randomAccess);
		throw new DataError(
			"not-random",
			`${directory} has ${settings.format} shards, and batches read rows in random order: build it with ${optionName("format", possible[0])}.`,
		);
	}
	const { sha256: hash } = await sha256OfFile(
		storageAt(directory),
		`${directory}/${MANIFEST}`,
	);
	const isFull = sequencesFillRows(settings.cut as DecomposeOptions);
	const training = ofTraining(shards);
	const buckets = ofTraining(settings.buckets).map(({ length, batchRows }) => {
		const own = training.filter(({ bucket }) => bucket === length);
		const rows = sum(own.map((shard) => shard.rows));
		const tokens = sum(own.map((shard) => shard.tokens));
		return { length, rows, tokens, shards: own, isFull, batchRows };
	});
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
