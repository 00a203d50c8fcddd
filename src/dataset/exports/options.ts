import { choice } from "../../core/option.js";
import type { ExportSource } from "./export-format.js";

/** Ids that two bytes hold. */
export const SHORT_IDS = 2 ** 16;

/** Bytes of an id, of formats that have both. */
export const tokenWidth = choice(["2", "4"], {
	help: "bytes of a token id",
	defaultText: "2 if the vocabulary fits, else 4",
});

/** Why ids of two bytes cannot be written, as the end of a sentence; null where they can. */
export function shortIdFault(
	{ vocabSize }: Pick<ExportSource, "vocabSize">,
	what = "ids of 2 bytes",
): string | null {
	return vocabSize > SHORT_IDS
		? `it has ${what}, which go up to ${SHORT_IDS - 1}, and there are ids up to ${vocabSize - 1}`
		: null;
}

/** Bytes of an id: two where the vocabulary fits, unless it is said. */
export function widthOf(
	{ vocabSize }: Pick<ExportSource, "vocabSize">,
	given: "2" | "4" | undefined,
): 2 | 4 {
	return (given ?? (vocabSize <= SHORT_IDS ? "2" : "4")) === "2" ? 2 : 4;
}
