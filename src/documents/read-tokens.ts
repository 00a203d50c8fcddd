import type { Given, Resolved } from "../core/option.js";
import { resolveOptions } from "../core/resolve-options.js";
import type { ReadCounts } from "../sources/read-records.js";
import { loadTokenizer } from "../storage/load-tokenizer.js";
import { tokensTable } from "./options.js";
import { documentsOf, readDocumentsTable } from "./read-documents.js";
import { specialTokens } from "./special-tokens.js";
import {
	type Tokenized,
	type TokenizedBatch,
	tokenizeDocuments,
} from "./tokenize-documents.js";

export const readTokensTable = { ...readDocumentsTable, ...tokensTable };

export type ReadTokensOptions = Given<typeof readTokensTable>;

/**
 * The tokens of all documents of files, directories and glob patterns, with BOS and
 * EOS as a build with the same options gives them.
 * @returns What was tokenized, and the counts of each file.
 * @throws UsageError, DataError naming the file and the place
 */
export async function* readTokens(
	inputs: readonly string[],
	options: ReadTokensOptions,
): AsyncGenerator<TokenizedBatch, Tokenized<ReadCounts[]>> {
	return yield* tokensOf(inputs, resolveOptions(readTokensTable, options));
}

/** The same, of options that are checked. */
export async function* tokensOf(
	inputs: readonly string[],
	settings: Resolved<typeof readTokensTable>,
): AsyncGenerator<TokenizedBatch, Tokenized<ReadCounts[]>> {
	const { tokenizerEngine } = settings;
	const tokenizer = await loadTokenizer(settings.tokenizer, tokenizerEngine);
	const encoder = { tokenizer, ...specialTokens(settings, tokenizer) };
	return yield* tokenizeDocuments(documentsOf(inputs, settings), encoder);
}
