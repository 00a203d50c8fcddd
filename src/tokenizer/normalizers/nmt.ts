import { byTable } from "./by-table.js";
import type { ReadNormalizer } from "./normalizer.js";

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const REMOVED = /[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]+/g;
const SPACES = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g;

export const nmt: ReadNormalizer = ({ type }) => ({
	type,
	byCharacter: { sortsMarks: false },
	apply: byTable(
		(text) => text.replace(REMOVED, "").replace(SPACES, " "),
		false,
	),
});
