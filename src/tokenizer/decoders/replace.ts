import { replacer } from "../replace-pattern.js";
import type { ReadDecoder } from "./decoder.js";

export const replace: ReadDecoder = (component) => {
	const replaced = replacer(component);
	return {
		type: component.type,
		decode: (tokens) => tokens.map(replaced),
	};
};
