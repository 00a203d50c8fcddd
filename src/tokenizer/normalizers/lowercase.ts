import { toLowerCase } from "./lower-case.js";
import type { ReadNormalizer } from "./normalizer.js";

export const lowercase: ReadNormalizer = ({ type }) => ({
	type,
	apply: toLowerCase,
});
