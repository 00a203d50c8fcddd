import { WHITE_SPACE } from "./character-class.js";
import type { ReadNormalizer } from "./normalizer.js";

const white = new RegExp(`[${WHITE_SPACE}]`, "v");

export const strip: ReadNormalizer = (component) => {
	const left = component.flag("strip_left");
	const right = component.flag("strip_right");
	return {
		type: component.type,
		apply(text) {
			let begin = 0;
			let end = text.length;
			if (left) while (begin < end && white.test(text[begin])) begin++;
			if (right) while (end > begin && white.test(text[end - 1])) end--;
			return text.slice(begin, end);
		},
	};
};
