import { LOWER_BLOCK } from "../spaces.js";
import type { ReadNormalizer } from "./normalizer.js";

export const prepend: ReadNormalizer = (component) => {
	const before = component.text("prepend");
	return {
		type: component.type,
		kernel: before === LOWER_BLOCK ? "prefix" : undefined,
		firstAfter: (_, first) => (first === -1 ? -1 : first + before.length),
		apply: (text) => (text === "" ? "" : before + text),
	};
};
