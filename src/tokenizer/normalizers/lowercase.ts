import { toLowerCase } from "./letter-cases.js";
import type { ReadNormalizer } from "./normalizer.js";

export const lowercase: ReadNormalizer = ({ type }) => ({
	type,
	apply: toLowerCase,
});
