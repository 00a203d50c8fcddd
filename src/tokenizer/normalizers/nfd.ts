import { toForm } from "./forms.js";
import type { ReadNormalizer } from "./normalizer.js";

export const nfd: ReadNormalizer = ({ type }) => ({
	type,
	apply: (text) => toForm("NFD", text),
});
