import { DataError } from "../core/errors.js";
import { quoted } from "../core/text.js";

/** The parts of a tokenizer.json that are read here; the rest is the engine's. */
export interface TokenizerJson {
	model: { type?: string; vocab?: unknown; [key: string]: unknown };
	added_tokens: AddedTokenJson[];
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

/** Types of model that some engine here can run. */
const MODELS = ["BPE", "WordPiece", "Unigram"];

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
	const { type } = model as { type?: unknown };
	if (type !== undefined && !MODELS.includes(String(type)))
		throw notATokenizer(
			name,
			`its model is of type ${JSON.stringify(type)}, and those known are ${MODELS.join(", ")}`,
		);
	checkVocabulary(model as TokenizerJson["model"], name);
	checkSteps(json.pre_tokenizer, name);
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
	}
	if (
		tokensOf((model as TokenizerJson["model"]).vocab as object).length === 0 &&
		added.length === 0
	)
		throw notATokenizer(name, "its vocabulary is empty");
	return { ...json, model, added_tokens: added } as TokenizerJson;
}

function checkVocabulary(model: TokenizerJson["model"], name: string): void {
	const { vocab, merges } = model;
	if (typeof vocab !== "object" || vocab === null)
		throw notATokenizer(name, 'its model has no "vocab"');
	if (!Array.isArray(vocab))
		for (const token of tokensOf(vocab)) {
			const id = (vocab as Record<string, unknown>)[token] as number;
			if (!isId(id))
				throw notATokenizer(
					name,
					`the token ${quoted(token)} has the id ${quoted(id)}, and ids are below ${MOST_IDS}`,
				);
		}
	if (merges === undefined) return;
	if (!Array.isArray(merges)) throw notATokenizer(name, '"merges" is no list');
	merges.forEach((merge, i) => {
		if (!isPair(merge))
			throw notATokenizer(
				name,
				`merge ${i + 1} (${JSON.stringify(merge)}) is no pair of tokens`,
			);
	});
}

function isPair(merge: unknown): boolean {
	if (typeof merge === "string") {
		const space = merge.indexOf(" ");
		return space !== -1 && merge.indexOf(" ", space + 1) === -1;
	}
	return (
		Array.isArray(merge) &&
		merge.length === 2 &&
		typeof merge[0] === "string" &&
		typeof merge[1] === "string"
	);
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

function checkSteps(step: unknown, name: string): void {
	const { type, pretokenizers } = (step ?? {}) as Record<string, unknown>;
	if (type === "Sequence" && !Array.isArray(pretokenizers))
		throw notATokenizer(
			name,
			'its pre-tokenizer is a sequence without "pretokenizers"',
		);
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
		`${name} cannot be used: ${why}. Mend it, or remove it to go by tokenizer.json alone.`,
	);
}

function parseObject(
	text: string,
	fault: (why: string) => DataError,
): Record<string, unknown> {
	let json: unknown;
	try {
		json = JSON.parse(text);
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
