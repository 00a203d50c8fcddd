import { marksOfUnicode9 } from "../unicode-tables.js";
import { changeBeyondAscii, classOf } from "./character-class.js";
import type { ReadNormalizer } from "./normalizer.js";

let marks: RegExp | null = null;

export const stripAccents: ReadNormalizer = ({ type }) => ({
	type,
	apply(text) {
		marks ??= new RegExp(`[${classOf(marksOfUnicode9)}]+`, "gv");
		const all = marks;
		return changeBeyondAscii(text, (part) => part.replace(all, ""));
	},
});
