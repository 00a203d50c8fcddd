import { sum } from "../../core/arithmetic.js";
import { UsageError } from "../../core/errors.js";
import { shardSchema } from "../../dataset/formats.js";
import { type DatasetRow, openDataset } from "../../dataset/open-dataset.js";
import {
	type OpenStore,
	openStore,
	type StoreManifest,
} from "../../dataset/open-store.js";
import { numberOfDocument, taskOfDocument } from "../../dataset/rows.js";
import { OpenFiles } from "../../plan/open-files.js";
import { StoreReaders } from "../../plan/store-reader.js";
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
}

/** The columns that say of which documents a row is. */
const NEEDED = ["seq_lengths", "doc_ids", "doc_offsets"];

/**
 * @throws UsageError `no-row`, `no-index`; else as `openDataset` and `openStore` do
 */
export async function openRow(
	directory: string,
	number: number,
	{
		bucket,
		split,
	}: { bucket?: number | undefined; split?: string | undefined },
): Promise<OpenedRow> {
	const dataset = await openDataset(directory);
	const { manifest } = dataset;
	const has = shardSchema(manifest.settings).map(({ name }) => name);
	const lacks = NEEDED.find((name) => !has.includes(name));
	if (lacks !== undefined)
		throw new UsageError(
			"no-index",
			`${directory} has ${manifest.settings.format} shards, whose rows do not say of which documents they are (${lacks}): trace a dataset of the same build in another format.`,
		);
	const store =
		manifest.store === undefined
			? null
			: await openStore(directory, manifest.store);
	const owner = store ?? { directory, manifest };
	if (owner.manifest.index.length === 0)
		throw new UsageError(
			"no-index",
			`${owner.directory} has no index, which says where documents are from: build it again.`,
		);
	const row = await dataset.row(number, bucket, split);
	const lengths = row.seq_lengths as Int32Array;
	const documents = row.doc_ids as BigInt64Array;
	const offsets = row.doc_offsets as Int32Array;
	const places = { lengths, documents, offsets, ...owner };
	return store === null
		? { ...places, ...ownTokens(row, lengths, offsets) }
		: { ...places, ...(await storeTokens(store, places)) };
}

type Tokens = Pick<OpenedRow, "ids" | "documentTokens">;

/** The tokens of a row that has them: of a document that begins before, what comes first is elsewhere. */
function ownTokens(
	row: DatasetRow,
	lengths: Int32Array,
	offsets: Int32Array,
): Tokens {
	const ids = row.input_ids as Int32Array;
	return {
		ids,
		async documentTokens(segment) {
			if (offsets[segment] > 0) return null;
			const from = sum(lengths.subarray(0, segment));
			return ids.subarray(from, from + lengths[segment]);
		},
	};
}

async function storeTokens(
	store: OpenStore,
	{
		lengths,
		documents,
		offsets,
	}: Pick<OpenedRow, "lengths" | "documents" | "offsets">,
): Promise<Tokens> {
	const read = async (id: bigint, start: number, count: number) => {
		const files = new OpenFiles();
		const reader = new StoreReaders(files).of(store);
		const ids = new Int32Array(count);
		const bytes = new Uint8Array(ids.buffer);
		const [task, document] = [taskOfDocument(id), numberOfDocument(id)];
		try {
			await whenRead(() =>
				reader.read(task, document, start, bytes, 0, count, "input_ids"),
			);
		} finally {
			files.close();
		}
		return ids;
	};
	const ids = new Int32Array(sum(lengths));
	let at = 0;
	for (const [i, length] of lengths.entries()) {
		ids.set(await read(documents[i], offsets[i], length), at);
		at += length;
	}
	return {
		ids,
		documentTokens: (i, count) => read(documents[i], 0, count),
	};
}
