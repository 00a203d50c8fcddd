import { DataError } from "../../core/errors.js";
import { quoted } from "../../core/text.js";

/**
 * The error of a text that the vocabulary has no token for.
 * @param unk The token that would stand for it and is not there; null where none is named.
 */
export function noToken(text: string, unk: string | null): DataError {
	return new DataError(
		"token-out-of-range",
		`the vocabulary has no token for ${quoted(text)}, and ${
			unk === null
				? "the tokenizer names none for what is unknown"
				: `its token for what is unknown, ${quoted(unk)}, is not there either`
		}. Add one to tokenizer.json, or take the text out.`,
	);
}
