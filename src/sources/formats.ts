import { jsonl } from "./jsonl.js";
import type { SourceFormat } from "./source.js";
import { text } from "./text.js";

/** Every format of input by name. */
export const sourceFormats: Readonly<Record<string, SourceFormat>> = {
	jsonl,
	text,
};
