import { mapColumns } from "../core/int-columns.js";
import { selectLists } from "../core/int-lists.js";
import { datasetFormats } from "../dataset/formats.js";
import { indexSchemaOf, indexTable } from "../dataset/index-rows.js";
import { type DocumentLengths, readLengths } from "../dataset/lengths.js";
import { readListed } from "../dataset/listed-file.js";
import type { DatasetFile } from "../dataset/manifest.js";
import { rowSchema } from "../dataset/rows.js";
import type { Settings } from "../dataset/settings.js";
import type { TokenizedBatch } from "../documents/tokenize-documents.js";
import type { ReadableFile, Storage } from "../storage/storage.js";
import { columnOf } from "../tables/columns.js";
import type { PackTask } from "./tasks-of-plan.js";

/** A store as tasks read it. */
export interface StoreFiles {
	storage: Storage;
	directory: string;
}

/** A batch of a store's documents, and the places of their splits. */
export interface StoreBatch extends TokenizedBatch {
	splits: Uint8Array | null;
}

/** The lengths of the documents of a task of a store. */
export function lengthsOfTask(
	store: StoreFiles,
	{ lengths }: PackTask,
	settings: Settings,
	hasCuts: boolean,
): AsyncGenerator<DocumentLengths> {
	return reading(store, lengths, (file) =>
		readLengths(file, lengths.bytes, settings, hasCuts),
	);
}

/**
 * The documents of a task of a store, as they were tokenized: what a build from text
 * has at this place.
 */
export async function* tokensOfTask(
	store: StoreFiles,
	task: PackTask,
	settings: Settings,
	hasCuts: boolean,
): AsyncGenerator<StoreBatch, void> {
	const documents = documentsOfTask(store, task, settings);
	const lengths = lengthsOfTask(store, task, settings, hasCuts);
	const rows = rowsOfTask(store, task, settings);
	const named = new Cursor(documents);
	const measured = new Cursor(lengths);
	try {
		for await (const { ids, offsets, lossMask } of rows) {
			const count = offsets.length - 1;
			for (let at = 0; at < count; ) {
				const names = await named.next();
				const sizes = await measured.next();
				if (names === null || sizes === null)
					throw new Error("a store has more rows than documents");
				const source = names.batch.sources[names.at];
				let most = Math.min(count - at, names.left, sizes.left);
				for (let i = 1; i < most; i++)
					if (names.batch.sources[names.at + i] !== source) most = i;
				const range = (from: number) =>
					Array.from({ length: most }, (_, i) => from + i);
				const { cuts, sides, splits, facts = {} } = sizes.batch;
				const lengths = sizes.batch.measured?.subarray(
					sizes.at,
					sizes.at + most,
				);
				yield {
					tokens: {
						ids: ids.subarray(offsets[at], offsets[at + most]),
						offsets: offsets
							.subarray(at, at + most + 1)
							.map((offset) => offset - offsets[at]),
						lossMask:
							lossMask?.subarray(offsets[at], offsets[at + most]) ?? null,
					},
					cuts: cuts && selectLists(cuts, range(sizes.at)),
					sides: sides && selectLists(sides, range(sizes.at)),
					splits: splits?.subarray(sizes.at, sizes.at + most) ?? null,
					...(lengths && { measured: lengths }),
					facts: mapColumns(facts, (values) =>
						values.subarray(sizes.at, sizes.at + most),
					),
					ids: names.batch.ids.slice(names.at, names.at + most),
					positions: names.batch.positions.slice(names.at, names.at + most),
					...(names.batch.parts && {
						carried: names.batch.parts.slice(names.at, names.at + most),
					}),
					numbers: [],
					hashes: null,
					source,
					bytes: 0,
				};
				named.pass(most);
				measured.pass(most);
				at += most;
			}
		}
	} finally {
		await named.close();
		await measured.close();
	}
}

/** The column of what documents are composed of. */
const PARTS = "parts";

/** The ids, files and positions of a task's documents. */
async function* documentsOfTask(
	store: StoreFiles,
	{ index }: PackTask,
	settings: Settings,
) {
	if (!index) return;
	const schema = indexSchemaOf(settings);
	const batches = reading(store, index, (file) =>
		indexTable.read(file, index.bytes, schema),
	);
	const hasParts = schema.some(({ name }) => name === PARTS);
	for await (const batch of batches)
		yield {
			lengths: columnOf(batch, "tokens", "int32").values,
			ids: columnOf(batch, "id", "string").values,
			sources: columnOf(batch, "source", "string").values as string[],
			positions: Array.from(
				columnOf(batch, "position", "int64").values,
				Number,
			),
			parts: hasParts ? columnOf(batch, PARTS, "string").values : null,
		};
}

/** The rows of a task's shards: tokens of each document, and what is to be trained on. */
async function* rowsOfTask(
	store: StoreFiles,
	{ shards = [] }: PackTask,
	settings: Settings,
) {
	const format = datasetFormats.where(({ randomAccess }) => randomAccess)[0];
	const { read } = datasetFormats.find(format);
	const { isMasked, carry } = settings;
	const schema = rowSchema({ isMasked, carry });
	for (const shard of shards) {
		const batches = reading(store, shard, (file) =>
			read(file, shard.bytes, schema),
		);
		for await (const batch of batches) {
			const { values: ids, offsets } = columnOf(
				batch,
				"input_ids",
				"list<int32>",
			);
			const lossMask = isMasked
				? Uint8Array.from(columnOf(batch, "loss_mask", "list<int32>").values)
				: null;
			yield { ids, offsets, lossMask };
		}
	}
}

/** Where one is in a sequence of batches, each with a length a document. */
class Cursor<T extends { lengths: Int32Array }> {
	readonly #batches: AsyncGenerator<T>;
	#batch: T | null = null;
	#at = 0;

	constructor(batches: AsyncGenerator<T>) {
		this.#batches = batches;
	}

	/** The batch of the next document, its place there, and how many follow; null at the end. */
	async next(): Promise<{ batch: T; at: number; left: number } | null> {
		while (this.#batch === null || this.#at === this.#batch.lengths.length) {
			const next = await this.#batches.next();
			if (next.done) return null;
			this.#batch = next.value;
			this.#at = 0;
		}
		const left = this.#batch.lengths.length - this.#at;
		return { batch: this.#batch, at: this.#at, left };
	}

	pass(count: number): void {
		this.#at += count;
	}

	async close(): Promise<void> {
		await this.#batches.return(undefined);
	}
}

function reading<T>(
	{ storage, directory }: StoreFiles,
	{ path }: Pick<DatasetFile, "path">,
	read: (file: ReadableFile) => AsyncGenerator<T>,
): AsyncGenerator<T> {
	return readListed(storage, `${directory}/${path}`, read);
}
