import { toForm } from "./forms.js";
import type { ReadNormalizer } from "./normalizer.js";

export const nfkd: ReadNormalizer = ({ type }) => ({
	type,
	apply: (text) => toForm("NFKD", text),
});
