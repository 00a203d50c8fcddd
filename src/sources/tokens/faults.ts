import { optionName } from "../../core/errors.js";
import { LONGEST_TEXT } from "../bytes/utf8.js";
import { BadInput } from "../source.js";

/** Largest id that a token can have. */
const LARGEST_ID = 2 ** 31 - 1;
/** Tokens of a document, at most: it is held as numbers of four bytes. */
export const LONGEST_DOCUMENT = LONGEST_TEXT / 4;

/** The reasons of formats whose documents are token ids. */
export const tokenReasons = {
	"wrong-size":
		"a file of token ids is longer or shorter than it should be, or ends inside one",
	"token-out-of-range": "a document holds a number that is not a token id",
	"too-long": `a document has more than the ${LONGEST_TEXT} bytes that can be read`,
};

/** The reasons of those that have the borders of documents in a file of their own. */
export const borderReasons = {
	"wrong-borders":
		"the file beside one of token ids does not say where its documents begin",
	...tokenReasons,
};

/** @param what What shows it, in words. */
export function wrongSize(what: string): BadInput {
	return new BadInput(
		"wrong-size",
		`${what}. Fetch or write the file again, or give ${optionName("onError", "skip")} to use the documents before this place`,
	);
}

/** @param path The file that holds the borders. */
export function wrongBorders(path: string, what: string): BadInput {
	return new BadInput(
		"wrong-borders",
		`${path}, which says where the documents begin, cannot be used: ${what}. Fetch or write both files again, or give ${optionName("onError", "skip")} to use the documents before this place`,
	);
}

/** @param token The place of the number in its document, from 0. */
export function noToken(token: number): BadInput {
	return new BadInput(
		"token-out-of-range",
		`token ${token} of the document is no whole number from 0 to ${LARGEST_ID}. Write the document again, or give ${optionName("onError", "skip")}`,
	);
}

export function tooManyTokens(tokens: number): BadInput {
	return new BadInput(
		"too-long",
		`the document has ${tokens} tokens, more than the ${LONGEST_DOCUMENT} that can be read. Split it, or give ${optionName("onError", "skip")}`,
	);
}
