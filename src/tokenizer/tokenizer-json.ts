import { DataError } from "../core/errors.js";
import { parseJson } from "../core/json.js";
import { quoted } from "../core/text.js";

/** The parts of a tokenizer.json that are read here; the rest is the engine's. */
export interface TokenizerJson {
	model: { type?: string; vocab?: unknown; [key: string]: unknown };
	added_tokens: AddedTokenJson[];
	/** Whether it was made here of a file of another kind; no field of the file. */
	isConverted?: boolean | undefined;
	[key: string]: unknown;
}

export interface AddedTokenJson {
	id: number;
	content: string;
	special?: boolean;
	/** Found only where no letter or digit stands beside it. */
	single_word?: boolean;
	/** Takes the white space on its left, or right, with it. */
	lstrip?: boolean;
	rstrip?: boolean;
	/** Looked for after normalizing, itself normalized. */
	normalized?: boolean;
	/** Taken for text wherever it stands; no field of the file. */
	asText?: boolean;
}

/** The fields of an added token that are true or false. */
export const FLAGS = [
	"single_word",
	"lstrip",
	"rstrip",
	"normalized",
	"special",
] as const;

/** A flag of an added token that is neither true nor false; undefined: there is none. */
export function wrongFlag(token: object): (typeof FLAGS)[number] | undefined {
	const values = token as Record<string, unknown>;
	return FLAGS.find((flag) => typeof (values[flag] ?? false) !== "boolean");
}

/** The parts of a tokenizer_config.json that are read here. */
export interface TokenizerConfigJson {
	bos_token?: string | { content?: string } | null;
	eos_token?: string | { content?: string } | null;
	[key: string]: unknown;
}

/** Vocabularies are far smaller; an id takes memory whether there are others below it or not. */
const MOST_IDS = 2 ** 24;

const isId = (id: unknown) =>
	Number.isInteger(id) && Number(id) >= 0 && Number(id) < MOST_IDS;

/**
 * Parses and checks the text of a tokenizer.json.
 * @param name What to call the file in messages.
 * @throws DataError `not-a-tokenizer` when it is no tokenizer.json.
 */
export function parseTokenizerJson(text: string, name: string): TokenizerJson {
	const json = parseObject(text, (why) => notATokenizer(name, why));
	const model = json.model;
	if (typeof model !== "object" || model === null)
		throw notATokenizer(name, 'it has no "model"');
	const added = json.added_tokens ?? [];
	if (!Array.isArray(added))
		throw notATokenizer(name, '"added_tokens" is not a list');
	for (const token of added) {
		if (
			!Number.isInteger(token?.id) ||
			token.id < 0 ||
			typeof token.content !== "string"
		)
			throw notATokenizer(
				name,
				`an entry of "added_tokens" has no id and content: ${quoted(token)}`,
			);
		if (!isId(token.id))
			throw notATokenizer(
				name,
				`the added token ${quoted(token.content)} has the id ${token.id}, and ids are below ${MOST_IDS}`,
			);
		const flag = wrongFlag(token);
		if (flag !== undefined)
			throw notATokenizer(
				name,
				`"${flag}" of the added token ${quoted(token.content)} is ${quoted(token[flag])}, not true or false`,
			);
	}
	return {
		...json,
		model,
		added_tokens: added,
		isConverted: undefined,
	} as TokenizerJson;
}

const tokensOfVocabulary = new WeakMap<object, readonly string[]>();

/**
 * The tokens of a vocabulary. To list the keys of an object takes longer than all
 * else that is done with them, so it is done once.
 */
export function tokensOf(vocabulary: object): readonly string[] {
	let tokens = tokensOfVocabulary.get(vocabulary);
	if (tokens === undefined) {
		tokens = Object.keys(vocabulary);
		tokensOfVocabulary.set(vocabulary, tokens);
	}
	return tokens;
}

/**
 * Parses the text of a tokenizer_config.json, or of another file beside a tokenizer.json.
 * @throws DataError `bad-tokenizer-config`
 */
export function parseTokenizerConfig(
	text: string,
	name: string,
): TokenizerConfigJson {
	return parseObject(text, (why) => badTokenizerConfig(name, why));
}

/** The error of a file beside a tokenizer.json. @param why As of "it is ...". */
export function badTokenizerConfig(name: string, why: string): DataError {
	return new DataError(
		"bad-tokenizer-config",
		`${name} cannot be used: ${why}. Fix it, or remove it to use only tokenizer.json.`,
	);
}

function parseObject(
	text: string,
	fault: (why: string) => DataError,
): Record<string, unknown> {
	let json: unknown;
	try {
		json = parseJson(text);
	} catch (error) {
		throw fault(`it is not JSON (${(error as Error).message})`);
	}
	if (typeof json !== "object" || json === null || Array.isArray(json))
		throw fault("it is not a JSON object");
	return json as Record<string, unknown>;
}

/** The error of a file that should be a tokenizer.json and is not. */
export function notATokenizer(name: string, why: string): DataError {
	return new DataError(
		"not-a-tokenizer",
		`${name} is not a usable tokenizer.json: ${why}. Give the tokenizer.json that a Hugging Face tokenizer saves, or the directory that holds it.`,
	);
}
