import { replaceText } from "../replace-pattern.js";
import { cleanUp } from "./cleanup.js";
import type { ReadDecoder } from "./decoder.js";

/** Connectionist temporal classification: repeated tokens are one, unless padding is between them. */
export const ctc: ReadDecoder = (component) => {
	const pad = component.text("pad_token");
	const delimiter = component.text("word_delimiter_token");
	const cleanup = component.flag("cleanup");
	return {
		type: component.type,
		decode: (tokens) =>
			tokens
				.filter((token, i) => i === 0 || token !== tokens[i - 1])
				.map((token) => {
					const text = replaceText(token, pad, "");
					return cleanup ? replaceText(cleanUp(text), delimiter, " ") : text;
				})
				.filter((text) => text !== ""),
	};
};
