import { parseJson } from "../../core/json.js";
import { isObject } from "../../core/values.js";
import { isTiktokenModel, jsonOfLlama } from "./llama.js";
import { jsonOfSentencePiece } from "./sentencepiece.js";
import { isTekken, jsonOfTekken } from "./tekken.js";
import { isTiktoken, jsonOfTiktoken } from "./tiktoken.js";

/** Names of files that a directory without a tokenizer.json may hold in its place. */
export const otherFiles = [
	"tekken.json",
	"tokenizer.model",
	"qwen.tiktoken",
	"o200k_base.tiktoken",
	"cl100k_base.tiktoken",
	"p50k_base.tiktoken",
	"r50k_base.tiktoken",
];

/** The texts of a tokenizer.json and of what stands beside it. */
export interface Converted {
	tokenizerJson: string;
	configJson: string | null;
	/** Whether the file is of another kind. */
	isConverted: boolean;
}

/** `tokenizer.model`, and `tokenizer.model.v3` as Mistral names them. */
const isModel = (name: string) => /\.model(\.v\d+\w*)?$/.test(name);

/**
 * The text of the tokenizer.json that says the same as a file of another kind, which its name
 * tells; the same text for a tokenizer.json.
 * @param configJson The text of the tokenizer_config.json beside it, null where there is none.
 * @throws DataError `not-a-tokenizer`
 */
export function converted(
	file: Uint8Array,
	name: string,
	configJson: string | null,
): Converted {
	if (isModel(name) && !isTiktokenModel(file)) {
		const { tokenizerJson, bos, eos } = jsonOfSentencePiece(file, name);
		const named = { bos_token: bos, eos_token: eos };
		return {
			tokenizerJson,
			configJson: withTokens(configJson, named),
			isConverted: true,
		};
	}
	const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(file);
	const jsonOf = () => {
		if (isModel(name)) return jsonOfLlama(text, name, configJson);
		if (isTiktoken(name)) return jsonOfTiktoken(text, name, configJson);
		if (isTekken(name)) return jsonOfTekken(text, name);
		return null;
	};
	const tokenizerJson = jsonOf();
	return {
		tokenizerJson: tokenizerJson ?? text,
		configJson,
		isConverted: tokenizerJson !== null,
	};
}

/** A configuration with tokens that it does not name itself. */
function withTokens(configJson: string | null, tokens: object): string {
	if (configJson === null) return JSON.stringify(tokens);
	try {
		const config: unknown = parseJson(configJson);
		return isObject(config)
			? JSON.stringify({ ...tokens, ...config })
			: configJson;
	} catch {
		// Whoever reads it says what is wrong with it.
		return configJson;
	}
}
