import { cleanUp } from "./cleanup.js";
import type { ReadDecoder } from "./decoder.js";

/** A space before each token but the first and those that go on with a word. */
export const wordPiece: ReadDecoder = (component) => {
	const prefix = component.text("prefix");
	const cleanup = component.flag("cleanup");
	return {
		type: component.type,
		decode: (tokens) =>
			tokens.map((token, i) => {
				let text = token;
				if (i > 0)
					text = token.startsWith(prefix)
						? token.slice(prefix.length)
						: ` ${token}`;
				return cleanup ? cleanUp(text) : text;
			}),
	};
};
