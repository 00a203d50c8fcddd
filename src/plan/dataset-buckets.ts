import { sum } from "../core/arithmetic.js";
import { DataError, optionName, UsageError } from "../core/errors.js";
import { quoted, withoutSlashes } from "../core/text.js";
import { layouts } from "../dataset/layouts/layouts.js";
import {
	MANIFEST,
	type Manifest,
	type ManifestShard,
} from "../dataset/manifest.js";
import { type OpenStore, openStore } from "../dataset/open-store.js";
import { requireRandomAccess } from "../dataset/random-access.js";
import { readManifest } from "../dataset/read-manifest.js";
import { ofTraining } from "../dataset/splits.js";
import {
	type DecomposeOptions,
	sequencesFillRows,
} from "../decompose/decompose-documents.js";
import { sha256 } from "../storage/hash.js";
import { readAll } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";

/** A dataset that batches are read from, as buckets; packed rows are one. */
export interface DatasetBuckets {
	directory: string;
	/** The source whose rows alone are meant; null: all rows. */
	source: string | null;
	manifest: Manifest;
	/** Where the tokens of an index are; null: in the rows. */
	store: OpenStore | null;
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
	/** Most tokens of a row. */
	capacity: number;
	/** Rows of a record batch. */
	batchRows: number;
}

/** Between a dataset's directory and the name of one of its sources. */
const OF_SOURCE = "#";

/** A dataset, or one of its sources, as it is named: `data`, `data#web`. */
export function datasetName({
	directory,
	source,
}: Pick<DatasetBuckets, "directory" | "source">): string {
	return source === null ? directory : `${directory}${OF_SOURCE}${source}`;
}

/** What is named so. A directory's own name may have the sign in it. */
export async function parseDatasetName(
	name: string,
): Promise<Pick<DatasetBuckets, "directory" | "source">> {
	const whole = withoutSlashes(name);
	const cut = whole.lastIndexOf(OF_SOURCE);
	const isDirectory =
		(await storageAt(whole).stat(`${whole}/${MANIFEST}`)) !== null;
	if (cut === -1 || isDirectory) return { directory: whole, source: null };
	return {
		directory: withoutSlashes(whole.slice(0, cut)),
		source: whole.slice(cut + 1),
	};
}

/**
 * @param name A dataset's directory, or that and one of its sources: `data#web`.
 * @param ofDocuments Whether it is to be a store, whose rows are documents; else it is to have packed rows.
 * @throws UsageError, DataError when it is not, or cannot be read at random.
 */
export async function openDatasetBuckets(
	name: string,
	ofDocuments: boolean,
): Promise<DatasetBuckets> {
	const { directory, source } = await parseDatasetName(name);
	const manifest = await readManifest(directory);
	const { settings, shards } = manifest;
	const names = manifest.sources.map(({ name }) => name);
	if (source !== null && !names.includes(source))
		throw new UsageError(
			"unknown-name",
			`${directory} has no source ${quoted(source)}; it has: ${names.filter((name) => name !== null).join(", ") || "none with a name"}.`,
		);
	const { packs } = layouts.find(settings.layout);
	if (!packs && !ofDocuments)
		throw new DataError(
			"not-packed",
			`${directory} is a store of documents, which make no batches by themselves: pack it with seqpack pack, and name the packing; or have seqpack curriculum read its documents in order (${optionName("order", "documents")}).`,
		);
	if (packs && ofDocuments)
		throw new DataError(
			"not-a-store",
			`${directory} has the layout ${settings.layout}, whose rows are no whole documents, and ${optionName("order", "documents")} reads these in order: name a store, which is built with ${optionName("layout", layouts.where((layout) => !layout.packs)[0])}.`,
		);
	const store =
		manifest.store === undefined
			? null
			: await openStore(directory, manifest.store);
	requireRandomAccess(directory, settings);
	const path = `${directory}/${MANIFEST}`;
	const hash = sha256(await readAll(storageAt(directory), path));
	const isFull = sequencesFillRows(settings.cut as DecomposeOptions);
	const training = ofTraining(shards).filter(
		(shard) => source === null || shard.source === source,
	);
	const buckets = ofTraining(settings.buckets).map(
		({ length, capacity, batchRows }) => {
			const own = training.filter(({ bucket }) => bucket === length);
			const rows = sum(own.map((shard) => shard.rows));
			const tokens = sum(own.map((shard) => shard.tokens));
			return { length, rows, tokens, shards: own, isFull, capacity, batchRows };
		},
	);
	return { directory, source, manifest, store, hash, buckets };
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
