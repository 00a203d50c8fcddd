import type { ReadNormalizer } from "./normalizer.js";

export const prepend: ReadNormalizer = (component) => {
	const before = component.text("prepend");
	return {
		type: component.type,
		apply: (text) => (text === "" ? "" : before + text),
	};
};
