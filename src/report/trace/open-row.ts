import { sum } from "../../core/arithmetic.js";
import { UsageError } from "../../core/errors.js";
import { shardSchema } from "../../dataset/formats.js";
import {
	type Dataset,
	type DatasetRow,
	openDataset,
} from "../../dataset/open-dataset.js";
import {
	type OpenStore,
	openStore,
	type StoreManifest,
} from "../../dataset/open-store.js";
import { numberOfDocument, taskOfDocument } from "../../dataset/rows.js";
import { shiftRight } from "../../masks/labels.js";
import { OpenFiles } from "../../plan/open-files.js";
import { StoreReaders, type TokenColumn } from "../../plan/store-reader.js";
import { whenRead } from "../../storage/when-read.js";

/** A row of a dataset, and the dataset that has the index of its documents. */
export interface OpenedRow {
	/** The tokens of the row. */
	ids: Int32Array;
	/** Of each segment: its tokens, its document, and the token of that which it begins at. */
	lengths: Int32Array;
	documents: BigInt64Array;
	offsets: Int32Array;
	/** The dataset that has the tokens: of a packing, its store. */
	directory: string;
	manifest: StoreManifest;
	/**
	 * The tokens of a segment's document: all, or those up to the segment's last; null where these are in other rows.
	 * @param count How many the document has.
	 */
	documentTokens(segment: number, count: number): Promise<Int32Array | null>;
	/** By token, whether it is a label; null: all are, but for the first of each sequence. */
	lossMask(): Promise<ArrayLike<number> | null>;
}

/** The columns that say of which documents a row is. */
const NEEDED = ["seq_lengths", "doc_ids", "doc_offsets"];

/** A dataset whose rows tell which tokens they have, wherever these are. */
export interface OpenedRows {
	readonly dataset: Dataset;
	/** The dataset that has the tokens: of a packing, its store. */
	readonly owner: OpenStore;
	/** @throws UsageError `no-row` */
	row(number: number, bucket?: number, split?: string): Promise<OpenedRow>;
}

/** The dataset that has the tokens of one: of a packing its store. @throws as `openStore` does */
export async function ownerOf({
	directory,
	manifest,
}: Dataset): Promise<OpenStore> {
	return manifest.store === undefined
		? { directory, manifest }
		: openStore(directory, manifest.store);
}

/**
 * @param owner As `ownerOf` gives it.
 * @throws UsageError `no-index`
 */
export function openRows(dataset: Dataset, owner: OpenStore): OpenedRows {
	const { directory, manifest } = dataset;
	const has = shardSchema(manifest.settings).map(({ name }) => name);
	const lacks = NEEDED.find((name) => !has.includes(name));
	if (lacks !== undefined)
		throw new UsageError(
			"no-index",
			`${directory} has ${manifest.settings.format} shards, whose rows do not say which documents they hold (${lacks}): trace a dataset of the same build in another format.`,
		);
	const isStored = manifest.store !== undefined;
	return {
		dataset,
		owner,
		async row(number, bucket, split) {
			const row = await dataset.row(number, bucket, split);
			const lengths = row.seq_lengths as Int32Array;
			const documents = row.doc_ids as BigInt64Array;
			const offsets = row.doc_offsets as Int32Array;
			const places = { lengths, documents, offsets, ...owner };
			return isStored
				? { ...places, ...(await storeTokens(owner, places)) }
				: { ...places, ...ownTokens(row, places) };
		},
	};
}

/** @throws as `openDataset`, `ownerOf` and `openRows` do; UsageError `no-row`, `no-index` */
export async function openRow(
	directory: string,
	number: number,
	{
		bucket,
		split,
	}: { bucket?: number | undefined; split?: string | undefined },
): Promise<OpenedRow> {
	const dataset = await openDataset(directory);
	const owner = await ownerOf(dataset);
	const { row } = openRows(dataset, owner);
	if (owner.manifest.index.length === 0)
		throw new UsageError(
			"no-index",
			`${owner.directory} has no index, which says where documents are from: build it again.`,
		);
	return row(number, bucket, split);
}

type Places = Pick<
	OpenedRow,
	"lengths" | "documents" | "offsets" | "directory" | "manifest"
>;

type Tokens = Pick<OpenedRow, "ids" | "documentTokens" | "lossMask">;

/** The tokens of a row that has them: of a document that begins before, what comes first is elsewhere. */
function ownTokens(
	row: DatasetRow,
	{ lengths, offsets, manifest: { settings } }: Places,
): Tokens {
	const ids = row.input_ids as Int32Array;
	return {
		ids,
		async documentTokens(segment) {
			if (offsets[segment] > 0) return null;
			const from = sum(lengths.subarray(0, segment));
			return ids.subarray(from, from + lengths[segment]);
		},
		async lossMask() {
			const mask = row.loss_mask as Int32Array | undefined;
			if (mask === undefined) return null;
			return settings.shift ? shiftRight(mask) : mask;
		},
	};
}

async function storeTokens(
	store: OpenStore,
	{ lengths, documents, offsets }: Places,
): Promise<Tokens> {
	const read = async (
		id: bigint,
		start: number,
		count: number,
		column: TokenColumn = "input_ids",
	) => {
		const files = new OpenFiles();
		const reader = new StoreReaders(files).of(store);
		const values = new Int32Array(count);
		const bytes = new Uint8Array(values.buffer);
		const [task, document] = [taskOfDocument(id), numberOfDocument(id)];
		try {
			await whenRead(() =>
				reader.read(task, document, start, bytes, 0, count, column),
			);
		} finally {
			files.close();
		}
		return values;
	};
	const readAll = async (column: TokenColumn) => {
		const all = new Int32Array(sum(lengths));
		let at = 0;
		for (const [i, length] of lengths.entries()) {
			all.set(await read(documents[i], offsets[i], length, column), at);
			at += length;
		}
		return all;
	};
	return {
		ids: await readAll("input_ids"),
		documentTokens: (i, count) => read(documents[i], 0, count),
		lossMask: async () =>
			store.manifest.settings.isMasked ? readAll("loss_mask") : null,
	};
}
