import {
	type CodePointSet,
	category,
	complement,
	union,
	whiteSpace,
} from "../code-points.js";
import { named } from "../patterns/properties.js";
import { eachRange } from "../unicode-tables.js";
import { punctuationOfUnicode8 } from "./old-unicode.js";

/** What a list of ASCII punctuation is: `!` to `/`, `:` to `@`, `[` to `` ` ``, `{` to `~`. */
const asciiPunctuation: CodePointSet = [
	0x21, 0x30, 0x3a, 0x41, 0x5b, 0x61, 0x7b, 0x7f,
];
/** Numbers that came with Unicode 17, which the Rust library's `is_numeric` has. */
const numbersOfUnicode17: CodePointSet = [0x11de0, 0x11dea, 0x16ff4, 0x16ff7];

/** Punctuation as the Rust library has it: that of ASCII, and that of Unicode 8. */
export function punctuation(): CodePointSet {
	const borders: number[] = [];
	eachRange(punctuationOfUnicode8, (begin, end) => borders.push(begin, end));
	return union([asciiPunctuation, borders]);
}

/** What `Digits` takes for a number: the category N of Unicode 17. */
export function numbers(): CodePointSet {
	return union([category("N") as CodePointSet, numbersOfUnicode17]);
}

/** `\w` of Rust's own expressions, which has more than that of Oniguruma. */
export function wordCharacters(): CodePointSet {
	return union(["word", "joincontrol"].map(named));
}

/** `[^\w\s]` of Rust's own expressions. */
export function neitherWordNorSpace(): CodePointSet {
	return complement(union([wordCharacters(), whiteSpace]));
}
