import { toForm } from "./forms.js";
import type { ReadNormalizer } from "./normalizer.js";

export const nfkc: ReadNormalizer = ({ type }) => ({
	type,
	apply: (text) => toForm("NFKC", text),
});
