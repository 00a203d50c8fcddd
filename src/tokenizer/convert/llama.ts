import { parseJson } from "../../core/json.js";
import { isObject } from "../../core/values.js";
import { cl100k, jsonOfEncoding, readRanks } from "./tiktoken.js";
import { unusable } from "./unusable.js";

/** Tokens of Llama 3 besides the special ones. */
const RANKS = 128000;
const SPECIALS = 256;

/** The special tokens of Llama 3.1 and later, by id from `RANKS` on, as its tokenizer.json has them. */
const NAMES = [
	"begin_of_text",
	"end_of_text",
	"reserved_special_token_0",
	"reserved_special_token_1",
	"finetune_right_pad_id",
	"reserved_special_token_2",
	"start_header_id",
	"end_header_id",
	"eom_id",
	"eot_id",
	"python_tag",
];
const RESERVED_BEFORE = 3;

/**
 * Whether a file named as one of SentencePiece is one of tiktoken: its first line is bytes in base64 and a rank.
 */
export function isTiktokenModel(file: Uint8Array): boolean {
	const start = new TextDecoder("latin1").decode(file.subarray(0, 1000));
	return /^[A-Za-z0-9+/]+={0,2} \d{1,10}\r?(\n|$)/.test(start);
}

/**
 * A tokenizer.json of the `tokenizer.model` of Llama 3, which is one of tiktoken.
 * @param configJson The tokenizer_config.json beside it, which names special tokens.
 * @throws DataError `not-a-tokenizer`
 */
export function jsonOfLlama(
	text: string,
	name: string,
	configJson: string | null,
): string {
	const byRank = readRanks(text, name);
	if (byRank.size !== RANKS || [...byRank.keys()].some((rank) => rank >= RANKS))
		throw unusable(
			name,
			`it is a file of tiktoken with ${byRank.size} tokens, where that of Llama 3 has ${RANKS} from 0 on; by which pattern others split text it does not say`,
		);
	const special: Record<string, number> = Object.create(null);
	namesOf(configJson).forEach((token, i) => {
		special[token] = RANKS + i;
	});
	return jsonOfEncoding(byRank, { pattern: cl100k("\\p{N}{1,3}"), special });
}

/** The special tokens in the order of their ids. */
function namesOf(configJson: string | null): string[] {
	const names = Array.from(
		{ length: SPECIALS },
		(_, i) =>
			`<|${NAMES[i] ?? `reserved_special_token_${i - NAMES.length + RESERVED_BEFORE}`}|>`,
	);
	for (const [id, token] of Object.entries(decoderOf(configJson))) {
		const content = isObject(token) ? token.content : null;
		const at = Number(id) - RANKS;
		if (at >= 0 && at < SPECIALS && typeof content === "string")
			names[at] = content;
	}
	return names;
}

function decoderOf(configJson: string | null): Record<string, unknown> {
	try {
		const config: unknown = parseJson(configJson ?? "{}");
		const decoder = isObject(config) ? config.added_tokens_decoder : null;
		return isObject(decoder) ? decoder : {};
	} catch {
		// Whoever reads the configuration says what is wrong with it.
		return {};
	}
}
