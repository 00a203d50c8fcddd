import type { Int32Buffer } from "../../src/core/buffers.js";
import type { Tokenizer } from "../../src/tokenizer/tokenizer.js";

/** A tokenizer that gives the ids which a text lists, whatever they are. */
export const idsInText = {
	engine: "ids in text",
	vocabSize: 100,
	bos: null,
	eos: { token: "<eos>", id: 7 },
	tokenToId: (token: string) => (token === "<start>" ? 1 : undefined),
	encodeUtf8Into(bytes: Uint8Array, out: Int32Buffer) {
		const text = Buffer.from(bytes).toString();
		if (text !== "") out.append(text.split(" ").map(Number));
	},
} as unknown as Tokenizer;
