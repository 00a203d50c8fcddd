// Loads a tokenizer from its files, and makes tokens of texts and texts of tokens.
import { Int32Buffer } from "../../dist/src/core/buffers.js";
import { SeqpackError } from "../../dist/src/core/errors.js";
import {
	filesOfFile,
	tokenizerFromFile,
} from "../../dist/src/tokenizer/from-file.js";
import { inspectTokenizer } from "../../dist/src/tokenizer/inspect.js";

/** @param input A file, what it is called and what is beside it; the engine; texts. */
export function run({ file, beside, engine, texts }) {
	const tokenizer = tokenizerFromFile(file, beside, engine);
	const { vocabSize } = tokenizer;
	if (!Number.isInteger(vocabSize) || vocabSize < 1 || vocabSize > 2 ** 25)
		throw new Error(`a vocabulary of ${vocabSize}`);
	if (engine === "auto") inspectTokenizer(filesOfFile(file, beside));
	for (const special of [tokenizer.bos, tokenizer.eos])
		if (special !== null && !isId(special.id, vocabSize))
			throw new Error(`a special token with the id ${special.id}`);
	return { encoded: texts.map((text) => encoded(tokenizer, text)) };
}

/** How a text ended: the number of its tokens, or the error for people. */
function encoded(tokenizer, text) {
	try {
		const ids = tokenizer.encode(text);
		for (const id of ids)
			if (!isId(id, tokenizer.vocabSize)) throw new Error(`the id ${id}`);
		const again = new Int32Buffer(16);
		tokenizer.encodeUtf8Into(Buffer.from(text), again);
		if (
			Buffer.compare(
				Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength),
				bytesOf(again),
			)
		)
			throw new Error("other ids of the same text in UTF-8");
		const decoded = tokenizer.decode(ids);
		if (typeof decoded !== "string") throw new Error("decoded to no text");
		tokenizer.tokenEnds(Buffer.from(text), ids);
		return ids.length;
	} catch (error) {
		if (error instanceof SeqpackError) return error.code;
		throw error;
	}
}

function bytesOf(buffer) {
	const ids = buffer.view();
	return Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength);
}

const isId = (id, size) => Number.isInteger(id) && id >= 0 && id < size;
