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
		keepsBeginning: (text) => !(left && isWhite(text, 0)),
		apply(text) {
			let begin = 0;
			let end = text.length;
			if (left) while (begin < end && isWhite(text, begin)) begin++;
			if (right) while (end > begin && isWhite(text, end - 1)) end--;
			return text.slice(begin, end);
		},
	};
};
