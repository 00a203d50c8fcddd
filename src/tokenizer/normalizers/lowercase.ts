import { toLowerCase } from "./letter-cases.js";
import type { ReadNormalizer } from "./normalizer.js";

export const lowercase: ReadNormalizer = ({ type }) => ({
	type,
	byCharacter: { sortsMarks: false },
	apply: toLowerCase,
});
