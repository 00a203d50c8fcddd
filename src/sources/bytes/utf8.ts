import { optionName } from "../../core/errors.js";
import { BadInput } from "../source.js";

/** Bytes of a record or text file, at most: longer ones are refused before they fill the memory. */
export const LONGEST_TEXT = 2 ** 28;

/** The reasons that formats share whose records are UTF-8. */
export const utf8Reasons = {
	"invalid-utf8": "a record is not valid UTF-8",
	"too-long": `a document has more than the ${LONGEST_TEXT} bytes that can be read`,
};

/** @param what What the record is in its format: `line`. */
export function invalidUtf8(what = "line"): BadInput {
	return new BadInput(
		"invalid-utf8",
		`the ${what} is not valid UTF-8. Convert the file to UTF-8 (for example with iconv), or give ${optionName("onError", "skip")}`,
	);
}

/** What is wrong with a record of so many bytes. */
export function tooLong(what: string, bytes: number): BadInput {
	return new BadInput(
		"too-long",
		`the ${what} has ${bytes} bytes, more than the ${LONGEST_TEXT} that can be read. Split the document, or give ${optionName("onError", "skip")}`,
	);
}

/** Whether bytes begin with the mark that some programs put before UTF-8. */
export function hasByteOrderMark(bytes: Buffer): boolean {
	return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
