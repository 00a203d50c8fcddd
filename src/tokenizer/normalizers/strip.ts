import { has, whiteSpace } from "../code-points.js";
import type { ReadNormalizer } from "./normalizer.js";

export const strip: ReadNormalizer = (component) => {
	const left = component.flag("strip_left");
	const right = component.flag("strip_right");
	// No white space is beyond U+FFFF.
	const isWhite = (text: string, at: number) =>
		has(whiteSpace, text.charCodeAt(at));
	return {
		type: component.type,
		firstAfter(text, first) {
			let begin = 0;
			if (left) while (begin < text.length && isWhite(text, begin)) begin++;
			return Math.max(-1, first - begin);
		},
		apply(text) {
			let begin = 0;
			let end = text.length;
			if (left) while (begin < end && isWhite(text, begin)) begin++;
			if (right) while (end > begin && isWhite(text, end - 1)) end--;
			return text.slice(begin, end);
		},
	};
};
