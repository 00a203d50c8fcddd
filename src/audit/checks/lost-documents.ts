import type { Check } from "../check.js";
import { counted, percent } from "../tally.js";

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
					sentence: `${counted(lost.count, "document")} of ${documents.toLocaleString("en-US")} of the corpus are not all in the dataset: ${counted(tokens - deliveredTokens, "token")} are lost or changed, and ${percent(deliveredTokens / Math.max(1, tokens))} are delivered.`,
				};
			},
		},
};
