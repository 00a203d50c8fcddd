import { ByteTokenizer } from "./byte-tokenizer.js";
import type { NamedTokenizer } from "./named-tokenizer.js";

export const bytes: NamedTokenizer = {
	meaning:
		"one token per byte of UTF-8, 0 to 255; 256 is BOS, 257 is EOS, 258 is padding",
	argument: null,
	example: "bytes",
	options: {},
	open: () => new ByteTokenizer(),
};
