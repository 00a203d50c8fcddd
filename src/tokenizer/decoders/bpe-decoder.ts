import { replaceText } from "../replace-pattern.js";
import type { ReadDecoder } from "./decoder.js";

/** A space for the suffix that ends words; none at the end. */
export const bpeDecoder: ReadDecoder = (component) => {
	const suffix = component.text("suffix");
	return {
		type: component.type,
		decode: (tokens) =>
			tokens.map((token, i) =>
				replaceText(token, suffix, i === tokens.length - 1 ? "" : " "),
			),
	};
};
