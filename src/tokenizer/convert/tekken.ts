import { parseJson } from "../../core/json.js";
import { quoted } from "../../core/text.js";
import { isObject } from "../../core/values.js";
import { jsonOfRanks } from "./byte-ranks.js";
import { bytesOf } from "./tiktoken.js";
import { unusable } from "./unusable.js";

/** Special tokens of files that list none, by id, as mistral-common has them. */
const OLD_SPECIAL = [
	"<unk>",
	"<s>",
	"</s>",
	"[INST]",
	"[/INST]",
	"[AVAILABLE_TOOLS]",
	"[/AVAILABLE_TOOLS]",
	"[TOOL_RESULTS]",
	"[/TOOL_RESULTS]",
	"[TOOL_CALLS]",
	"[IMG]",
	"<pad>",
	"[IMG_BREAK]",
	"[IMG_END]",
	"[PREFIX]",
	"[MIDDLE]",
	"[SUFFIX]",
	"[SYSTEM_PROMPT]",
	"[/SYSTEM_PROMPT]",
	"[TOOL_CONTENT]",
];

/** More ids than any vocabulary has. */
const MOST = 1 << 24;

export const isTekken = (name: string) =>
	/(^|[/\\])tekken[^/\\]*\.json$/.test(name);

/**
 * A tokenizer.json of a tekken.json of mistral-common. Special tokens have the first ids.
 * @throws DataError `not-a-tokenizer`
 */
export function jsonOfTekken(text: string, name: string): string {
	const wrong = (why: string) => unusable(name, why);
	let json: unknown;
	try {
		json = parseJson(text);
	} catch (error) {
		throw wrong(`it is not JSON (${(error as Error).message})`);
	}
	const { config, vocab, special_tokens: listed } = isObject(json) ? json : {};
	if (!isObject(config)) throw wrong('it has no "config"');
	if (!Array.isArray(vocab)) throw wrong('its "vocab" is no list');
	const count = (key: string): number => {
		const value = config[key];
		if (!Number.isInteger(value) || Number(value) < 0 || Number(value) > MOST)
			throw wrong(
				`its "config.${key}" is ${quoted(value)}, not a number of tokens`,
			);
		return Number(value);
	};
	const { pattern } = config;
	if (typeof pattern !== "string")
		throw wrong(`its "config.pattern" is ${quoted(pattern)}, not a text`);
	const specials = count("default_num_special_tokens");
	const size = count("default_vocab_size") - specials;
	if (size < 1 || size > vocab.length)
		throw wrong(
			`its "config" wants ${size} tokens besides the special ones, and "vocab" has ${vocab.length}`,
		);
	const tokens = vocab.slice(0, size).map((entry: unknown, rank) => {
		const { rank: own, token_bytes: base64 } = isObject(entry) ? entry : {};
		const bytes = typeof base64 === "string" ? bytesOf(base64) : null;
		if (own !== rank || bytes === null)
			throw wrong(
				`its "vocab[${rank}]" is ${quoted(entry)}, not the token of that rank with its bytes in base64`,
			);
		return bytes;
	});
	return jsonOfRanks({
		tokens,
		firstId: specials,
		pattern,
		isNfc: false,
		special: specialTokens(listed, specials, wrong),
	});
}

function specialTokens(
	listed: unknown,
	count: number,
	wrong: (why: string) => Error,
): Record<string, number> {
	const special: Record<string, number> = Object.create(null);
	const list =
		listed ?? OLD_SPECIAL.map((token_str, rank) => ({ rank, token_str }));
	if (!Array.isArray(list)) throw wrong('its "special_tokens" is no list');
	if (list.length > count)
		throw wrong(`it has ${list.length} special tokens, and room for ${count}`);
	list.forEach((entry: unknown, i) => {
		const { rank, token_str: token } = isObject(entry) ? entry : {};
		if (
			rank !== i ||
			typeof token !== "string" ||
			Object.hasOwn(special, token)
		)
			throw wrong(
				`its "special_tokens[${i}]" is ${quoted(entry)}, not the token of that rank with its text`,
			);
		special[token] = i;
	});
	for (let i = list.length; i < count; i++) special[`<SPECIAL_${i}>`] = i;
	return special;
}
