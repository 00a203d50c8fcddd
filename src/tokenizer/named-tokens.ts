// Tokens that the files beside a tokenizer.json name. A tokenizer.json that lacks some of them
// gets them as the class PreTrainedTokenizerFast of transformers 5 adds them.

import type { DataError } from "../core/errors.js";
import { quoted } from "../core/text.js";
import { isObject } from "../core/values.js";
import { assignIds } from "./added-tokens.js";
import {
	type AddedTokenJson,
	badTokenizerConfig,
	FLAGS,
	parseTokenizerConfig,
	type TokenizerConfigJson,
	type TokenizerJson,
	tokensOf,
} from "./tokenizer-json.js";

/** The fields of tokenizer_config.json and special_tokens_map.json that name one token each. */
const NAMES = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"].map(
	(kind) => `${kind}_token`,
);

const CONFIG = "tokenizer_config.json";
const MAP = "special_tokens_map.json";
/** Lists of tokens, of which the second is the older one. */
const EXTRA = "extra_special_tokens";
const ADDITIONAL = "additional_special_tokens";
const DECODER = "added_tokens_decoder";

/** What a file is called that stands beside a tokenizer.json. */
export const besideOf = (name: string, file: string) =>
	name.replace(/[^/\\]*$/, file);

/** A token as a file names it; a text alone says nothing of its flags. */
type NamedToken = string | Omit<AddedTokenJson, "id">;

/** Tokens that files beside a tokenizer.json name, in the order in which they would be added. */
export interface NamedTokens {
	/** Those of `added_tokens_decoder`, by id. */
	byId: ReadonlyMap<number, Omit<AddedTokenJson, "id">>;
	/** Those that stand for a purpose, and others. */
	named: readonly NamedToken[];
	extra: readonly NamedToken[];
	/** What to call tokenizer_config.json in messages. */
	file: string;
}

/** What stands beside a tokenizer.json, parsed. */
export interface FilesBeside {
	/** tokenizer_config.json, and what special_tokens_map.json says in its place; null: there is neither. */
	config: TokenizerConfigJson | null;
	/** What each field of it is from, as messages call it. */
	fileOf: (key: string) => string;
}

/**
 * Parses what stands beside a tokenizer.json. A special_tokens_map.json counts as transformers takes
 * it: before the configuration, but where that has `added_tokens_decoder`.
 * @throws DataError `bad-tokenizer-config`
 */
export function readFilesBeside(files: {
	configJson?: string | null;
	specialTokensMapJson?: string | null;
	name?: string;
}): FilesBeside {
	const { configJson, specialTokensMapJson, name = "" } = files;
	const [file, mapFile] = [CONFIG, MAP].map((file) => besideOf(name, file));
	const config =
		typeof configJson === "string"
			? parseTokenizerConfig(configJson, file)
			: null;
	const hasDecoder = (config?.added_tokens_decoder ?? null) !== null;
	if (typeof specialTokensMapJson !== "string" || hasDecoder)
		return { config, fileOf: () => file };
	const map: Record<string, unknown> = Object.create(null);
	// A configuration's own list goes before that of the older file, even where it is empty.
	const more = config?.[EXTRA];
	const hasList =
		(!isObject(more) || isEmpty(more)) &&
		((more !== undefined && !isObject(more)) ||
			config?.[ADDITIONAL] !== undefined);
	for (const [key, value] of Object.entries(
		parseTokenizerConfig(specialTokensMapJson, mapFile),
	))
		if (key !== ADDITIONAL || !hasList)
			map[key] =
				isObject(value) && NAMES.includes(key)
					? { ...value, special: true }
					: value;
	return {
		config: { ...config, ...map },
		fileOf: (key) => (Object.hasOwn(map, key) ? mapFile : file),
	};
}

/** @throws DataError `bad-tokenizer-config` */
export function readNamedTokens({ config, fileOf }: FilesBeside): NamedTokens {
	const values: Record<string, unknown> = config ?? {};
	for (const key of ["add_bos_token", "add_eos_token"])
		if (!["boolean", "undefined"].includes(typeof (values[key] ?? undefined)))
			throw wrong(fileOf(key), key, values[key], "true or false");
	const tokenAt = (key: string): NamedToken[] => {
		const value = values[key] ?? null;
		if (value === null) return [];
		return [
			typeof value === "string" ? value : tokenOf(value, key, fileOf(key)),
		];
	};
	const named = NAMES.flatMap(tokenAt);
	// Names of one's own, such as image_token.
	for (const [key, value] of Object.entries(values))
		if (key.endsWith("_token") && !NAMES.includes(key) && isNamed(value))
			named.push(...tokenAt(key));
	const listOf = (key: string): NamedToken[] => {
		const value = values[key];
		if (isEmpty(value)) return [];
		if (!Array.isArray(value))
			throw wrong(fileOf(key), key, value, "a list of tokens");
		return value.map((token, i) => textOrToken(token, `${key}[${i}]`, key));
	};
	const textOrToken = (token: unknown, path: string, key: string) =>
		typeof token === "string" ? token : tokenOf(token, path, fileOf(key));
	const more = values[EXTRA];
	if (isObject(more))
		for (const [name, token] of Object.entries(more))
			named.push(textOrToken(token, `${EXTRA}.${name}`, EXTRA));
	const extra = listOf(isEmpty(more) || isObject(more) ? ADDITIONAL : EXTRA);
	const file = fileOf(DECODER);
	return {
		byId: readDecoder(values[DECODER] ?? null, file),
		named,
		extra,
		file,
	};
}

function readDecoder(
	decoder: unknown,
	file: string,
): Map<number, Omit<AddedTokenJson, "id">> {
	const byId = new Map<number, Omit<AddedTokenJson, "id">>();
	if (decoder === null) return byId;
	if (!isObject(decoder)) throw wrong(file, DECODER, decoder, "an object");
	for (const [id, token] of Object.entries(decoder)) {
		if (!/^\d{1,10}$/.test(id) || Number(id) >= 2 ** 31)
			throw badTokenizerConfig(
				file,
				`its "${DECODER}" has the id ${quoted(id)}`,
			);
		byId.set(Number(id), tokenOf(token, `${DECODER}.${id}`, file));
	}
	return byId;
}

/** A token that is an object with its content and flags. */
function tokenOf(
	value: unknown,
	key: string,
	file: string,
): Omit<AddedTokenJson, "id"> {
	if (!isObject(value) || typeof value.content !== "string")
		throw wrong(
			file,
			key,
			value,
			'a token: a text, or an object with a text "content"',
		);
	const token: Omit<AddedTokenJson, "id"> = { content: value.content };
	for (const flag of FLAGS) {
		const given = value[flag];
		if (given === undefined || given === null) continue;
		if (typeof given !== "boolean")
			throw wrong(file, `${key}.${flag}`, given, "true or false");
		token[flag] = given;
	}
	return token;
}

const isNamed = (value: unknown) =>
	typeof value === "string" || (isObject(value) && "content" in value);

const isEmpty = (value: unknown) =>
	value === null ||
	value === undefined ||
	(typeof value === "object" && Object.keys(value).length === 0);

/**
 * The tokens to add to those that a tokenizer.json has, in order; most often none.
 * @param added The `added_tokens` of the tokenizer.json.
 * @throws DataError `bad-tokenizer-config` where both files give one id to different tokens
 */
export function lackingTokens(
	added: readonly AddedTokenJson[],
	{ byId, named, extra, file }: NamedTokens,
): Omit<AddedTokenJson, "id">[] {
	const own = new Map(added.map((token) => [token.content, token]));
	const all = new Map<number, Omit<AddedTokenJson, "id">>(byId);
	for (const { id, ...token } of added) {
		const other = byId.get(id);
		if (other !== undefined && !own.has(other.content))
			throw badTokenizerConfig(
				file,
				`it gives the id ${id} to ${quoted(other.content)}, and tokenizer.json to ${quoted(token.content)}`,
			);
		all.set(id, token);
	}
	const tokens: NamedToken[] = [...all]
		.sort(([a], [b]) => a - b)
		.map(([, token]) => token);
	const have = new Set(tokens.map(contentOf));
	for (const token of [...named, ...extra])
		if (
			!have.has(contentOf(token)) &&
			!tokens.some((other) => isSame(other, token))
		)
			tokens.push(token);
	// transformers adds all of them, those for a purpose as special ones; most change nothing.
	const purposes = new Set(named.map(contentOf));
	const known = new Map(
		added.map((token) => [token.content, identityOf(token)]),
	);
	return tokens
		.map((token) =>
			typeof token === "string"
				? completed({ content: token, special: true })
				: completed({
						...token,
						special: token.special || purposes.has(token.content),
					}),
		)
		.filter((token) => {
			const identity = identityOf(token);
			if (token.content === "" || known.get(token.content) === identity)
				return false;
			known.set(token.content, identity);
			return true;
		});
}

/**
 * A tokenizer.json with the tokens that files beside it name and it lacks. Each gets the id of the
 * vocabulary, where that has it, else the next.
 * @throws DataError `bad-tokenizer-config` where `added_tokens_decoder` says another id
 */
export function withNamedTokens(
	json: TokenizerJson,
	tokens: NamedTokens,
): TokenizerJson {
	const lacking = lackingTokens(json.added_tokens, tokens);
	if (lacking.length === 0) return json;
	const { tokenToId, size } = vocabularyOf(json);
	const added = assignIds(
		[...json.added_tokens, ...lacking.map((token) => ({ ...token, id: -1 }))],
		tokenToId,
		size,
	);
	const ids = new Map(added.map(({ content, id }) => [content, id]));
	const had = new Set(json.added_tokens.map(contentOf));
	for (const [id, { content }] of tokens.byId)
		if (content !== "" && !had.has(content) && ids.get(content) !== id)
			throw badTokenizerConfig(
				tokens.file,
				`it gives the token ${quoted(content)} the id ${id}, where tokenizer.json, which lacks it, gives it ${ids.get(content)}: put it into the "added_tokens" of tokenizer.json`,
			);
	return { ...json, added_tokens: added };
}

function vocabularyOf({ model: { vocab } }: TokenizerJson) {
	if (Array.isArray(vocab)) {
		// Whoever reads the model says which entries are none.
		const ids = new Map(
			vocab.map((entry, id) => [
				Array.isArray(entry) && typeof entry[0] === "string" ? entry[0] : "",
				id,
			]),
		);
		return {
			tokenToId: (token: string) => ids.get(token),
			size: vocab.length,
		};
	}
	if (!isObject(vocab)) return { tokenToId: () => undefined, size: 0 };
	return {
		tokenToId(token: string) {
			const id = Object.hasOwn(vocab, token) ? vocab[token] : undefined;
			return typeof id === "number" ? id : undefined;
		},
		size: tokensOf(vocab).length,
	};
}

const contentOf = (token: NamedToken) =>
	typeof token === "string" ? token : token.content;

/** A token with all its flags. */
function completed(
	token: Omit<AddedTokenJson, "id">,
): Omit<AddedTokenJson, "id"> {
	const { content, special = false } = token;
	return {
		content,
		single_word: token.single_word ?? false,
		lstrip: token.lstrip ?? false,
		rstrip: token.rstrip ?? false,
		normalized: token.normalized ?? !special,
		special,
	};
}

const identityOf = (token: Omit<AddedTokenJson, "id">) =>
	JSON.stringify(completed(token));

const isSame = (a: NamedToken, b: NamedToken) =>
	typeof a === "string" || typeof b === "string"
		? a === b
		: identityOf(a) === identityOf(b);

function wrong(
	file: string,
	key: string,
	value: unknown,
	due: string,
): DataError {
	return badTokenizerConfig(
		file,
		`its "${key}" is ${quoted(value)}, not ${due}`,
	);
}
