import { isTekken, jsonOfTekken } from "./tekken.js";
import { isTiktoken, jsonOfTiktoken } from "./tiktoken.js";

/** Names of files that a directory without a tokenizer.json may hold in its place. */
export const otherFiles = [
	"tekken.json",
	"qwen.tiktoken",
	"o200k_base.tiktoken",
	"cl100k_base.tiktoken",
	"p50k_base.tiktoken",
	"r50k_base.tiktoken",
];

/**
 * The text of the tokenizer.json that says the same as a file of another kind, which its name
 * tells; the same text for a tokenizer.json.
 * @throws DataError `not-a-tokenizer`
 */
export function converted(text: string, name: string): string {
	if (isTiktoken(name)) return jsonOfTiktoken(text, name);
	if (isTekken(name)) return jsonOfTekken(text, name);
	return text;
}
