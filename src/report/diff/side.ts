import { shardSchema } from "../../dataset/formats.js";
import type { Manifest } from "../../dataset/manifest.js";
import { type Dataset, openDataset } from "../../dataset/open-dataset.js";
import { type OpenStore, openStore } from "../../dataset/open-store.js";
import { type ColumnBatch, columnOf } from "../../tables/columns.js";

/** One of the two datasets that are compared. */
export interface Side {
	directory: string;
	dataset: Dataset;
	manifest: Manifest;
	/** Of a packing, what has its tokens; else null. */
	store: OpenStore | null;
	/** What has the index of its documents: of a packing its store, else the dataset itself. */
	owner: OpenStore;
	/** Whether its rows are trees of prefixes. */
	hasTrees: boolean;
}

/** @throws UsageError, DataError as `openDataset` and `openStore` do */
export async function openSide(directory: string): Promise<Side> {
	const dataset = await openDataset(directory);
	const { manifest } = dataset;
	const store =
		manifest.store === undefined
			? null
			: await openStore(directory, manifest.store);
	return {
		...{ directory, dataset, manifest, store },
		owner: store ?? { directory, manifest },
		hasTrees: manifest.settings.prefixTree !== undefined,
	};
}

/** Whether rows say of which documents they are, token by token. */
export function saysDocuments({ owner }: Side): boolean {
	const { settings } = owner.manifest;
	if (settings.prefixTree !== undefined) return false;
	const has = shardSchema(settings).map(({ name }) => name);
	return ["input_ids", "seq_lengths", "doc_ids", "doc_offsets"].every((name) =>
		has.includes(name),
	);
}

/** The columns that say what of which documents rows hold. */
export function columnsOfRows(batch: ColumnBatch) {
	const { values } = columnOf(batch, "doc_ids", "list<int64>");
	return {
		ids: columnOf(batch, "input_ids", "list<int32>"),
		lengths: columnOf(batch, "seq_lengths", "list<int32>"),
		offsets: columnOf(batch, "doc_offsets", "list<int32>").values,
		/** Number and task of each document, one after the other. */
		documents: new Int32Array(
			values.buffer,
			values.byteOffset,
			2 * values.length,
		),
	};
}
