import { sum } from "../core/arithmetic.js";
import { optionName, UsageError } from "../core/errors.js";
import { quoted } from "../core/text.js";
import { layouts } from "../dataset/layouts/layouts.js";
import {
	MANIFEST,
	type Manifest,
	type ManifestShard,
} from "../dataset/manifest.js";
import { type OpenStore, openStore } from "../dataset/open-store.js";
import { requireRandomAccess } from "../dataset/random-access.js";
import { readManifest } from "../dataset/read-manifest.js";
import {
	bucketsOfGroup,
	NO_STRATUM,
	strataOfRows,
} from "../dataset/row-groups.js";
import type { Settings } from "../dataset/settings.js";
import { ofTraining } from "../dataset/splits.js";
import {
	type DecomposeOptions,
	sequencesFillRows,
} from "../decompose/decompose-documents.js";
import { strataOf } from "../documents/strata/strata-settings.js";
import { sha256 } from "../storage/hash.js";
import { readAll } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { type DatasetSelection, parseDatasetName } from "./dataset-name.js";

/** A dataset that batches are read from, as buckets; packed rows are one. */
export interface DatasetBuckets extends DatasetSelection {
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

/**
 * @param name A dataset's directory, or that and one of its sources or strata: `data#web`.
 * @param ofDocuments Whether it is to be a store, whose rows are documents; else it is to have packed rows.
 * @throws UsageError when it is not, or cannot be read at random.
 */
export async function openDatasetBuckets(
	name: string,
	ofDocuments: boolean,
): Promise<DatasetBuckets> {
	const selection = await parseDatasetName(name);
	const { directory, source, stratum } = selection;
	const manifest = await readManifest(directory);
	const { settings } = manifest;
	const names = manifest.sources.map(({ name }) => name);
	if (source !== null && !names.includes(source))
		throw new UsageError(
			"unknown-name",
			`${directory} has no source ${quoted(source)}; it has: ${names.filter((name) => name !== null).join(", ") || "none with a name"}.`,
		);
	if (stratum !== undefined) requireStratum(directory, manifest, stratum);
	const { packs } = layouts.find(settings.layout);
	if (!packs && !ofDocuments)
		throw new UsageError(
			"not-packed",
			`${directory} is a store of documents, which make no batches by themselves: pack it with seqpack pack, and name the packing; or have seqpack curriculum read its documents in order (${optionName("order", "documents")}).`,
		);
	if (packs && ofDocuments)
		throw new UsageError(
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
	return {
		...selection,
		manifest,
		store,
		hash,
		buckets: bucketsOf(manifest, selection),
	};
}

/** The rows to train on of a part of a dataset, by their lengths. */
function bucketsOf(
	{ settings, shards }: Manifest,
	{ source, stratum }: DatasetSelection,
): DatasetBucket[] {
	const isFull = sequencesFillRows(settings.cut as DecomposeOptions);
	const place = stratum && placeOfStratum(settings, stratum.name);
	const training = ofTraining(shards).filter(
		(shard) =>
			(source === null || shard.source === source) &&
			(place === undefined || shard.stratum === place),
	);
	return bucketsOfGroup(settings.buckets).map(
		({ length, capacity, batchRows }) => {
			const own = training.filter(({ bucket }) => bucket === length);
			const rows = sum(own.map((shard) => shard.rows));
			const tokens = sum(own.map((shard) => shard.tokens));
			return { length, rows, tokens, shards: own, isFull, capacity, batchRows };
		},
	);
}

/**
 * The parts of a dataset whose strata are kept apart: one of each stratum, and one of what is
 * in none. What is a part already is the only one.
 * @throws UsageError `mixed-strata`
 */
export function partsByStratum(dataset: DatasetBuckets): DatasetBuckets[] {
	if (dataset.stratum !== undefined) return [dataset];
	const { directory, manifest } = dataset;
	return strataApart(directory, manifest).map((name) => {
		const part = { ...dataset, stratum: { name } };
		return { ...part, buckets: bucketsOf(manifest, part) };
	});
}

/** @throws UsageError `mixed-strata`, `unknown-name` */
function requireStratum(
	directory: string,
	manifest: Manifest,
	{ name }: { name: string | null },
): void {
	const names = strataApart(directory, manifest);
	if (!names.includes(name))
		throw new UsageError(
			"unknown-name",
			`${directory} has no rows of ${name === null ? "no stratum" : `a stratum ${quoted(name)}`}; it has: ${names.filter((name) => name !== null).join(", ")}.`,
		);
}

/** The strata that a dataset keeps apart, by name; null: what is in none. */
function strataApart(
	directory: string,
	{ settings }: Manifest,
): (string | null)[] {
	const places = strataOfRows(settings.buckets);
	if (places.length === 0)
		throw new UsageError(
			"mixed-strata",
			`the rows of ${directory} mix documents of all lengths: build or pack it with ${optionName("strataApart", true)}.`,
		);
	const strata = strataOf(settings.strata);
	return places.map((place) => strata[place]?.name ?? null);
}

function placeOfStratum({ strata }: Settings, name: string | null): number {
	return name === null
		? NO_STRATUM
		: strataOf(strata).findIndex((stratum) => stratum.name === name);
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
