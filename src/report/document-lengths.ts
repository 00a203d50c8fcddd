import { Int32Buffer } from "../core/buffers.js";
import { UsageError } from "../core/errors.js";
import { indexSchema } from "../dataset/index-rows.js";
import { MANIFEST } from "../dataset/manifest.js";
import { openDataset } from "../dataset/open.js";
import {
	type ReadDocumentsOptions,
	readDocuments,
} from "../sources/read-documents.js";
import { loadTokenizer } from "../storage/load-tokenizer.js";
import { localFiles as storage } from "../storage/local.js";
import { columnOf } from "../tables/columns.js";
import { parquet } from "../tables/parquet.js";

export interface DocumentLengthsOptions extends ReadDocumentsOptions {
	/** A tokenizer.json or its directory; for text only. */
	tokenizer?: string | undefined;
	/** Told of documents and tokens counted so far. */
	onProgress?: (documents: number, tokens: number) => void;
}

/**
 * Tokens of each document: of a dataset that was built, out of its index; of
 * text, by tokenizing it, with EOS where the tokenizer has one. Four bytes a
 * document.
 * @param inputs One dataset's directory; or files, directories and globs of text.
 * @throws UsageError `no-tokenizer` for text without a tokenizer.
 */
export async function documentLengths(
	inputs: readonly string[],
	options: DocumentLengthsOptions = {},
): Promise<Int32Array> {
	const [directory] = inputs;
	if (
		inputs.length === 1 &&
		(await storage.stat(`${directory}/${MANIFEST}`)) !== null
	)
		return lengthsOfDataset(directory);
	if (options.tokenizer === undefined)
		throw new UsageError(
			"no-tokenizer",
			`${directory} is not a dataset of seqpack, so its documents have to be tokenized: give --tokenizer.`,
		);
	return lengthsOfText(inputs, options.tokenizer, options);
}

async function lengthsOfDataset(directory: string): Promise<Int32Array> {
	const manifest = await openDataset(storage, directory);
	const lengths = new Int32Buffer();
	for (const { path } of manifest.index) {
		const full = `${directory}/${path}`;
		const bytes = (await storage.stat(full))?.size ?? 0;
		const file = await storage.open(full);
		for await (const batch of parquet.read(file, bytes, indexSchema))
			lengths.append(columnOf(batch, "tokens", "int32").values);
		await file.close();
	}
	return lengths.view();
}

async function lengthsOfText(
	inputs: readonly string[],
	tokenizerPath: string,
	options: DocumentLengthsOptions,
): Promise<Int32Array> {
	const tokenizer = await loadTokenizer(tokenizerPath);
	const lengths = new Int32Buffer();
	const ids = new Int32Buffer();
	let tokens = 0;
	for await (const { texts } of readDocuments(inputs, options)) {
		for (const text of texts) {
			ids.length = 0;
			tokenizer.encodeInto(text, ids);
			const last = ids.array[ids.length - 1];
			const { eos } = tokenizer;
			const addsEos = eos !== null && ids.length > 0 && last !== eos.id;
			lengths.push(ids.length + Number(addsEos));
			tokens += ids.length + Number(addsEos);
		}
		options.onProgress?.(lengths.length, tokens);
	}
	return lengths.view();
}
