import type { Given, Resolved } from "../core/option.js";
import { resolveOptions } from "../core/resolve-options.js";
import type { ReadCounts } from "../sources/read-records.js";
import { readTokenizerFiles } from "../storage/load-tokenizer.js";
import { openKept, prepareKept } from "../tokenizer/kept-tokenizer.js";
import { loadChat } from "./load-chat.js";
import {
	chatTemplateTable,
	conversationsTable,
	tokenListsTable,
	tokensTable,
} from "./options.js";
import { documentsOf, readDocumentsTable } from "./read-documents.js";
import { specialTokens } from "./special-tokens.js";
import { specialsInTextOf } from "./specials-met.js";
import { documentTaker } from "./take-documents.js";
import { takeSettings } from "./take-settings.js";
import {
	type Tokenized,
	type TokenizedBatch,
	tokenizeDocuments,
} from "./tokenize-documents.js";
import { requireContent, tokenizerOf } from "./tokenizer-option.js";

export const readTokensTable = {
	...readDocumentsTable,
	...conversationsTable,
	...chatTemplateTable,
	...tokenListsTable,
	...tokensTable,
};

export type ReadTokensOptions = Given<typeof readTokensTable>;

/**
 * The tokens of all documents of files, directories and glob patterns, with BOS and
 * EOS as a build with the same options gives them. Of conversations, `lossMask` says
 * what is to be trained on.
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
	const taking = takeSettings(settings);
	const areConversations = taking.conversations !== null;
	const { specialTokensInText } = settings;
	const files = {
		...(await readTokenizerFiles(tokenizerOf(settings))),
		...specialsInTextOf(specialTokensInText),
	};
	const tokenizer = openKept(
		prepareKept(files.fingerprint, files, tokenizerEngine),
	);
	const special = specialTokens(settings, tokenizer);
	const chat = areConversations
		? await loadChat(files, tokenizer, settings)
		: null;
	const documents = documentsOf(
		inputs,
		settings,
		documentTaker(taking, { chat, vocabSize: tokenizer.vocabSize }),
		(files) => requireContent(files, tokenizer, taking.tokens),
	);
	return yield* tokenizeDocuments(documents, {
		tokenizer,
		// Conversations have them in their texts.
		...(areConversations ? { bos: null, eos: null } : special),
		specialsInText: specialTokensInText,
		isMarked: areConversations || (taking.tokens?.mask ?? null) !== null,
	});
}
