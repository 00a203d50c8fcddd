import { DataError } from "../../core/errors.js";

/** The error of a file that should be a tokenizer's vocabulary and is not. @param why As of "it is ...". */
export function unusable(name: string, why: string): DataError {
	return new DataError(
		"not-a-tokenizer",
		`${name} cannot be used as a tokenizer: ${why}. Get the file again, or give the model's tokenizer.json.`,
	);
}
