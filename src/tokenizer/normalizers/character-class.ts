import { eachRange } from "../unicode-tables.js";

/** A set of the tables as the inside of a class of a regular expression with the flag `v`. */
export function classOf(set: string): string {
	let source = "";
	eachRange(set, (begin, end) => {
		source += `\\u{${begin.toString(16)}}-\\u{${(end - 1).toString(16)}}`;
	});
	return source;
}

/** White space as the Rust library has it, as the inside of a class. */
export const WHITE_SPACE =
	"\\t-\\r\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

/** Runs of characters beyond ASCII, each with the character before it, which a mark may belong to. */
const BEYOND_ASCII = /[\s\S]?[^\0-\x7f]+/g;

/** Changes a text where it is not ASCII. @param change Leaves ASCII as it is. */
export function changeBeyondAscii(
	text: string,
	change: (part: string) => string,
): string {
	return text.replace(BEYOND_ASCII, change);
}
