import { DataError } from "../core/errors.js";

/** What is thrown for an id that is decoded and stands for no token. */
export function idOutside(id: number, vocabSize: number): DataError {
	return new DataError(
		"token-out-of-range",
		`the token id ${id} is not in the vocabulary of ${vocabSize}.`,
	);
}
