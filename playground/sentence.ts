import { SeqpackError } from "seqpack/pack";
import { labelOf } from "./options.js";

/** An error of seqpack as a sentence that names options as the page does. @throws any other error */
export function sentenceOf(error: unknown): string {
	if (!(error instanceof SeqpackError)) throw error;
	const sentence = error.sentence((option, value) =>
		value === undefined ? labelOf(option) : `${labelOf(option)} ${value}`,
	);
	return sentence[0].toUpperCase() + sentence.slice(1);
}
