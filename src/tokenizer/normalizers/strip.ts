import { has, whiteSpace } from "../code-points.js";
import type { ReadNormalizer } from "./normalizer.js";

export const strip: ReadNormalizer = (component) => {
	const left = component.flag("strip_left");
	const right = component.flag("strip_right");
	return {
		type: component.type,
		apply(text) {
			// No white space is beyond U+FFFF.
			const isWhite = (at: number) => has(whiteSpace, text.charCodeAt(at));
			let begin = 0;
			let end = text.length;
			if (left) while (begin < end && isWhite(begin)) begin++;
			if (right) while (end > begin && isWhite(end - 1)) end--;
			return text.slice(begin, end);
		},
	};
};
