import { toForm } from "./forms.js";
import type { ReadNormalizer } from "./normalizer.js";

export const nfd: ReadNormalizer = ({ type }) => ({
	type,
	byCharacter: { sortsMarks: true },
	apply: (text) => toForm("NFD", text),
});
