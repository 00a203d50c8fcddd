import { marksOfUnicode9 } from "../unicode-tables.js";
import { CharacterSet, pointsOf } from "./character-set.js";
import type { ReadNormalizer } from "./normalizer.js";

export const stripAccents: ReadNormalizer = ({ type }) => {
	const marks = new CharacterSet(pointsOf(marksOfUnicode9));
	return {
		type,
		byCharacter: { sortsMarks: false },
		apply: (text) => marks.remove(text),
	};
};
