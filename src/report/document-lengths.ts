import { Int32Buffer } from "../core/buffers.js";
import { optionName, UsageError } from "../core/errors.js";
import { consume } from "../core/generators.js";
import type { Given, Resolved } from "../core/option.js";
import { progressOf, progressOptions } from "../core/progress.js";
import { resolveOptions } from "../core/resolve-options.js";
import { listLengths } from "../core/token-batch.js";
import { readLengths } from "../dataset/lengths.js";
import { readListed } from "../dataset/listed-file.js";
import { MANIFEST } from "../dataset/manifest.js";
import { type Dataset, openDataset } from "../dataset/open-dataset.js";
import { type OpenStore, openStore } from "../dataset/open-store.js";
import { readTokensTable, tokensOf } from "../documents/read-tokens.js";
import { storageAt } from "../storage/storages.js";
import { columnOf } from "../tables/columns.js";

export const documentLengthsTable = {
	...readTokensTable,
	...progressOptions,
};

export type DocumentLengthsOptions = Given<typeof documentLengthsTable>;

/**
 * Tokens of each document: of a dataset that was built, out of its index; of text, by
 * tokenizing it as a build with the same options does. Four bytes a document.
 * @param inputs One dataset's directory; or files, directories and globs of text.
 * @throws UsageError `missing-option` for text without a tokenizer, and those of
 * `readTokens`
 */
export async function documentLengths(
	inputs: readonly string[],
	options: DocumentLengthsOptions = {},
): Promise<Int32Array> {
	const settings = resolveOptions(documentLengthsTable, options);
	const [directory] = inputs;
	if (
		inputs.length === 1 &&
		(await storageAt(directory).stat(`${directory}/${MANIFEST}`)) !== null
	)
		return lengthsOfDataset(directory);
	return lengthsOfText(inputs, settings);
}

async function lengthsOfDataset(directory: string): Promise<Int32Array> {
	const dataset = await openDataset(directory);
	const store = await storeOf(dataset);
	const lengths = new Int32Buffer();
	if (store === null)
		for await (const batch of dataset.documents())
			lengths.append(columnOf(batch, "tokens", "int32").values);
	else await addLengths(store, lengths);
	return lengths.view();
}

/** The store that a dataset is, or is an index of; null where it is neither. */
async function storeOf({ directory, manifest }: Dataset) {
	if (manifest.lengths !== undefined) return { directory, manifest };
	return manifest.store === undefined
		? null
		: openStore(directory, manifest.store);
}

/** Lengths as a store keeps them for packing: no tokens are read, and no index. */
async function addLengths(
	{ directory, manifest: { lengths: files = [], settings } }: OpenStore,
	lengths: Int32Buffer,
): Promise<void> {
	const storage = storageAt(directory);
	for (const { path, bytes } of files) {
		const batches = readListed(storage, `${directory}/${path}`, (file) =>
			readLengths(file, bytes, settings, false),
		);
		for await (const batch of batches) lengths.append(batch.lengths);
	}
}

async function lengthsOfText(
	inputs: readonly string[],
	{ onProgress, ...reading }: Resolved<typeof documentLengthsTable>,
): Promise<Int32Array> {
	if (reading.tokenizer === undefined && reading.vocabSize === undefined)
		throw new UsageError(
			"missing-option",
			`${inputs[0]} is not a dataset of seqpack, so its documents have to be tokenized: give ${optionName("tokenizer")}.`,
		);
	const lengths = new Int32Buffer();
	let tokens = 0;
	let bytes = 0;
	await consume(tokensOf(inputs, reading), (batch) => {
		lengths.append(listLengths(batch.tokens.offsets));
		tokens += batch.tokens.ids.length;
		bytes += batch.bytes;
		onProgress?.(
			progressOf("reading", "file", {
				bytes,
				documents: lengths.length,
				tokens,
			}),
		);
	});
	return lengths.view();
}
