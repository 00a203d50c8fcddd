import {
	choice,
	entryOf,
	flag,
	type Given,
	grouped,
	integer,
	json,
	names,
	number,
	type Resolved,
	repeated,
	share,
	text,
} from "../core/option.js";
import { isObject } from "../core/values.js";
import { languages } from "../segment/languages.js";
import { usualSyntax } from "../segment/syntax.js";
import { writtenKinds } from "../segment/units.js";
import type { FindInputsOptions } from "../sources/find/find-inputs.js";
import {
	AUTO,
	findOptionsTable,
	readOptionsOf,
	readOptionsTable,
	sourceFormats,
} from "../sources/formats.js";
import { tokenizerEngines } from "../tokenizer/from-json.js";
import {
	namedTokenizersTable,
	tokenizerExamples,
} from "../tokenizer/named-tokenizers.js";
import { conversationFormats } from "./conversations/conversation-formats.js";
import { lossChoices, usualLoss } from "./conversations/loss.js";
import { namesOfWays, usualWayWithSpecials } from "./specials-in-text.js";

/** How records are read. */
export const readingTable = grouped("Reading", {
	inputFormat: choice([AUTO, ...sourceFormats.names], {
		help: "what the inputs are",
		default: AUTO,
		defaultText: "auto: by their first bytes and by their endings",
	}),
	...readOptionsTable,
	...findOptionsTable,
	exclude: repeated({
		placeholder: "glob",
		default: [],
		defaultText: "none",
		help: "leave out matching files of directories and globs; may be given several times",
	}),
	textField: text({
		help: "field that holds a record's text; meta.body is body within meta",
		placeholder: "name",
		defaultText: "the format's: text",
	}),
	text: text({
		help: "the text as a template of fields, such as '{title}\\n\\n{body}'",
		placeholder: "template",
	}),
	idField: text({
		help: "field that holds a record's id",
		placeholder: "name",
		defaultText: "the format's: id, if there is one",
	}),
	where: text({
		help: "the records to take, such as 'meta.lang == \"en\" and score > 0.5'",
		placeholder: "condition",
		defaultText: "all",
	}),
	sample: share({
		help: "the share of documents to take, chosen by a hash of their texts",
		defaultText: "all",
	}),
	onError: choice(["stop", "skip"], {
		help: "what to do at a record or file that cannot be used",
		default: "stop",
	}),
});

/** How records are read as conversations. */
export const conversationsTable = grouped("Conversations", {
	conversations: choice([AUTO, ...conversationFormats.names], {
		help: "read records as conversations of this format; auto recognises it by their fields",
		defaultText: "auto with loss; else records are texts",
	}),
	loss: text({
		placeholder: "choice",
		help: `what to train on in conversations: ${lossChoices.names.join(", ")}, or a field that is true in messages to train on`,
		defaultText: `${usualLoss.one}; ${usualLoss.pair} for pairs`,
	}),
});

/** How records are read as lists of token ids. */
export const tokenListsTable = grouped("Token lists", {
	tokensField: text({
		placeholder: "name",
		help: "read records as lists of token ids, in this field",
		defaultText: "none: records are texts",
	}),
	maskField: text({
		placeholder: "name",
		help: "field with a 1 for each of these ids to train on, and a 0 for the others",
		defaultText: "none: all are",
	}),
	bordersField: text({
		placeholder: "name",
		help: "field with the documents of a record: for each, the positions of its first id and of the one after its last",
		defaultText: "none: a record is a document",
	}),
});

/** What units of text documents have, between which they are cut. */
export const unitsTable = grouped("Segments", {
	segment: text({
		placeholder: "kind",
		help: `cut documents into segments between units of text: ${writtenKinds.join(", ")}`,
		defaultText: "none: documents are cut anywhere",
	}),
	segmentCost: number({
		help: "the highest sum of costs of a unit, for units that have a cost",
		defaultText: "none",
	}),
	syntaxLanguage: entryOf(languages, {
		help: "the language of source code, for units of syntax",
		defaultText: "by the endings of ids and files",
	}),
	syntaxDepth: integer({
		least: 1,
		most: 100,
		defaultText: `${usualSyntax.depth}`,
		help: "levels of a syntax tree whose nodes begin units",
	}),
	minLines: integer({
		defaultText: `${usualSyntax.minLines}`,
		help: "units of syntax begin more than this many lines after each other",
	}),
});

/** What of records goes with the tokens of their documents. */
export const carriedTable = grouped("Reading", {
	lossFrom: text({
		placeholder: "name",
		help: "field with a 1 for each token of the text to train on, and a 0 for the others; or with weights of tokens",
		defaultText: "none: all are",
	}),
	carry: names({
		help: "fields with whole numbers to keep as columns, one value per sequence; version=0 gives a default",
		defaultText: "none",
	}),
});

/** How conversations become texts. */
export const chatTemplateTable = grouped("Conversations", {
	chatTemplate: text({
		placeholder: "name",
		help: "which of the tokenizer's chat templates to use, or a file that holds one",
		defaultText:
			"tool_use for records with tools, if there is one; else default",
	}),
	templateDate: text({
		placeholder: "date",
		help: "the date that chat templates write, such as 2026-01-31",
		defaultText: "none: a template that needs one is refused",
	}),
	templateValues: json<Record<string, unknown>>(
		{
			placeholder: "json",
			expected: 'an object, such as {"enable_thinking":false}',
			written: "one",
			fault: (value) => (isObject(value) ? null : " is no object: give one"),
		},
		{ help: "further variables for chat templates", defaultText: "none" },
	),
});

/** The field that tells of composed records what they are made of. */
export const partsField = text({
	placeholder: "name",
	help: "field that says what a record is composed of; the index keeps it in the column parts",
	defaultText: "none",
});

/** How many documents a build takes. */
export const limit = integer({
	least: 1,
	help: "take only this many documents, the first ones; tasks then run one after the other",
	defaultText: "all",
});

/** How texts become tokens. */
export const tokensTable = grouped("Tokens", {
	tokenizer: text({
		help: `a tokenizer.json, a directory that holds one, or the name of one that needs no file: ${tokenizerExamples()}`,
		placeholder: "path",
		defaultText: "required, unless the input is token ids",
	}),
	vocabSize: integer({
		least: 1,
		most: 2 ** 31 - 1,
		help: "how many token ids there are, for input of token ids: given in place of a tokenizer",
		defaultText: "the tokenizer's",
	}),
	...namedTokenizersTable,
	tokenizerEngine: choice(tokenizerEngines, {
		help: "auto is seqpack's own engine; huggingface is a JavaScript library that may give other ids",
		default: "auto",
	}),
	specialTokensInText: choice(namesOfWays, {
		help: "how to read special tokens that occur in texts: keep as tokens, text as plain text, error stops",
		default: usualWayWithSpecials,
	}),
	addBos: flag({
		help: "begin each document with BOS",
		defaultText: "what add_bos_token in tokenizer_config.json says; else no",
	}),
	addEos: flag({
		help: "end each document with EOS",
		defaultText:
			"what add_eos_token in tokenizer_config.json says; else yes, if the tokenizer has one",
	}),
	bosToken: text({
		help: "the token to use as BOS",
		placeholder: "token",
		defaultText: "the tokenizer's",
	}),
	eosToken: text({
		help: "the token to use as EOS",
		placeholder: "token",
		defaultText: "the tokenizer's",
	}),
});

export type ReadingOptions = Given<typeof readingTable>;
export type ReadingSettings = Resolved<typeof readingTable>;
export type ConversationsOptions = Given<typeof conversationsTable>;
export type TokenListsOptions = Given<typeof tokenListsTable>;
export type UnitsOptions = Given<typeof unitsTable>;
export type CarriedOptions = Given<typeof carriedTable>;
export type TokensOptions = Given<typeof tokensTable>;
export type TokensSettings = Resolved<typeof tokensTable>;

/** How inputs are found, as options that are checked say it. */
export function findOptionsOf(
	values: Omit<
		ReadingSettings,
		"textField" | "idField" | "text" | "where" | "sample"
	>,
): FindInputsOptions {
	const { inputFormat, exclude, ignore, groupByDirectory, onError } = values;
	return {
		format: inputFormat,
		exclude,
		ignore,
		groupByDirectory,
		onError,
		options: readOptionsOf(values),
	};
}
