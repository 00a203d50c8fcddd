import { parseJson } from "../../core/json.js";
import { quoted } from "../../core/text.js";
import { isObject } from "../../core/values.js";
import { jsonOfRanks } from "./byte-ranks.js";
import { unusable } from "./unusable.js";

const GPT2 =
	"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
export const cl100k = (digits: string) =>
	`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
const O200K = [
	"[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
	"[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
	"\\p{N}{1,3}",
	" ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*",
	"\\s*[\\r\\n]+",
	"\\s+(?!\\S)",
	"\\s+",
].join("|");

interface Encoding {
	pattern: string;
	isNfc?: boolean;
	special: Readonly<Record<string, number>>;
}

/** What the names of files tell: they hold neither pattern nor special tokens. */
const encodings: Readonly<Record<string, Encoding>> = {
	"r50k_base.tiktoken": {
		pattern: GPT2,
		special: { "<|endoftext|>": 50256 },
	},
	"p50k_base.tiktoken": {
		pattern: GPT2,
		special: { "<|endoftext|>": 50256 },
	},
	"cl100k_base.tiktoken": {
		pattern: cl100k("\\p{N}{1,3}"),
		special: {
			"<|endoftext|>": 100257,
			"<|fim_prefix|>": 100258,
			"<|fim_middle|>": 100259,
			"<|fim_suffix|>": 100260,
			"<|endofprompt|>": 100276,
		},
	},
	"o200k_base.tiktoken": {
		pattern: O200K,
		special: { "<|endoftext|>": 199999, "<|endofprompt|>": 200018 },
	},
	"qwen.tiktoken": {
		pattern: cl100k("\\p{N}"),
		isNfc: true,
		special: Object.fromEntries(
			[
				"<|endoftext|>",
				"<|im_start|>",
				"<|im_end|>",
				...Array.from({ length: 205 }, (_, i) => `<|extra_${i}|>`),
			].map((token, i) => [token, 151643 + i]),
		),
	},
};

export const isTiktoken = (name: string) => name.endsWith(".tiktoken");

/**
 * A tokenizer.json of a file of tiktoken: a line for each token, its bytes in base64 and its rank.
 * @param name The file; what it is called tells its pattern and special tokens.
 * @param configJson The text of the tokenizer_config.json beside it, which may tell them.
 * @throws DataError `not-a-tokenizer`
 */
export function jsonOfTiktoken(
	text: string,
	name: string,
	configJson: string | null,
): string {
	const file = name.replace(/^.*[/\\]/, "");
	const known = Object.hasOwn(encodings, file) ? encodings[file] : null;
	const encoding = encodingIn(configJson, name) ?? known;
	if (encoding === null)
		throw unusable(
			name,
			`a file of tiktoken does not say by which pattern it splits text nor which special tokens there are, and its name is none of those known: ${Object.keys(encodings).join(", ")}; a tokenizer_config.json beside it may say both, in "pat_str" and "special_tokens"`,
		);
	return jsonOfEncoding(readRanks(text, name), encoding);
}

/** What a configuration says in the words of tiktoken's Encoding; null: nothing. */
function encodingIn(configJson: string | null, name: string): Encoding | null {
	let config: unknown = null;
	try {
		config = parseJson(configJson ?? "null");
	} catch {
		// Whoever reads the configuration says what is wrong with it.
	}
	if (!isObject(config) || config.pat_str === undefined) return null;
	const { pat_str: pattern, special_tokens: special = {} } = config;
	const isId = (id: unknown) =>
		Number.isInteger(id) && Number(id) >= 0 && Number(id) <= MOST_RANKS;
	if (
		typeof pattern !== "string" ||
		!isObject(special) ||
		!Object.values(special).every(isId)
	)
		throw unusable(
			name,
			'the tokenizer_config.json beside it has a "pat_str" that is no text, or "special_tokens" that are no object of tokens and their ids',
		);
	return { pattern, special: special as Record<string, number> };
}

/** A tokenizer.json of ranks and what else there is. */
export function jsonOfEncoding(
	byRank: ReadonlyMap<number, string>,
	{ pattern, isNfc = false, special }: Encoding,
): string {
	// A rank or more may be missing, where a special token has the id.
	const tokens: string[] = [];
	byRank.forEach((token, rank) => {
		tokens[rank] = token;
	});
	return jsonOfRanks({ tokens, firstId: 0, pattern, isNfc, special });
}

/** The tokens of a file of tiktoken, strings of a character a byte, by rank. @throws DataError `not-a-tokenizer` */
export function readRanks(text: string, name: string): Map<number, string> {
	const byRank = new Map<number, string>();
	const known = new Set<string>();
	const lines = text.split("\n");
	for (const [i, line] of lines.entries()) {
		if (line.trim() === "") continue;
		const parts = /^([A-Za-z0-9+/]+={0,2}) (\d{1,10})\r?$/.exec(line);
		const bytes = parts === null ? null : bytesOf(parts[1]);
		const rank = Number(parts?.[2]);
		if (bytes === null || rank > MOST_RANKS)
			throw unusable(
				name,
				`its line ${i + 1} (${quoted(line)}) is not the bytes of a token in base64 and its rank`,
			);
		if (byRank.has(rank) || known.has(bytes))
			throw unusable(
				name,
				`its line ${i + 1} (${quoted(line)}) repeats a rank or a token`,
			);
		byRank.set(rank, bytes);
		known.add(bytes);
	}
	if (byRank.size === 0) throw unusable(name, "it has no tokens");
	return byRank;
}

/** More have no vocabulary; a rank takes memory whether there is a token or not. */
const MOST_RANKS = 1 << 24;

/** Bytes as a string of a character a byte; null: it is no base64. */
export function bytesOf(base64: string): string | null {
	try {
		return base64 === "" ? null : atob(base64);
	} catch {
		return null;
	}
}
