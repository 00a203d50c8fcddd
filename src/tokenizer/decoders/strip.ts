import type { ReadDecoder } from "./decoder.js";

/** Removes a character from both ends of each token, up to as many times as is said. */
export const strip: ReadDecoder = (component) => {
	const content = component.character("content");
	const start = component.count("start");
	const stop = component.count("stop");
	return {
		type: component.type,
		decode: (tokens) =>
			tokens.map((token) => {
				let begin = 0;
				for (let n = 0; n < start && token.startsWith(content, begin); n++)
					begin += content.length;
				let end = token.length;
				// Where the library fails, since both ends are one, nothing is left.
				for (let n = 0; n < stop && end > begin; n++) {
					if (!token.endsWith(content, end)) break;
					end -= content.length;
				}
				return token.slice(begin, end);
			}),
	};
};
