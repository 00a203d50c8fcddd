import { toForm } from "./forms.js";
import type { ReadNormalizer } from "./normalizer.js";

export const nfkd: ReadNormalizer = ({ type }) => ({
	type,
	byCharacter: { sortsMarks: true },
	apply: (text) => toForm("NFKD", text),
});
