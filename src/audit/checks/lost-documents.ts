import type { Check } from "../check.js";
import { counted, grouped, percent, some } from "../tally.js";

export const lostDocuments: Check = {
	meaning:
		"documents of the corpus are not in the dataset, or not all of their tokens are",
	severity: "error",
	needs: ["corpus"],
	begin: ({ corpus }) =>
		corpus && {
			finish() {
				const { documents, tokens, deliveredTokens, lost } = corpus;
				if (lost.count === 0) return null;
				return {
					...{ count: lost.count, of: documents, places: lost.places },
					sentence: `${some(lost.count, documents, "documents of the corpus", "is", "are")} not all in the dataset: ${percent(deliveredTokens / Math.max(1, tokens))} of ${counted(tokens, "token")} are delivered, and ${grouped(tokens - deliveredTokens)} are lost or changed.`,
				};
			},
		},
};
