import type { Check } from "../check.js";
import { some } from "../tally.js";

export const splitDocuments: Check = {
	meaning:
		"documents of the corpus are several sequences, though they are not longer than a row; a warning of rows, which may be cut out of a stream on purpose",
	severity: "error",
	needs: ["corpus"],
	begin: ({ corpus, kind }) =>
		corpus && {
			finish() {
				const { split, documents } = corpus;
				const { count, places } = split;
				if (count === 0) return null;
				return {
					// Rows are often cut out of one stream, on purpose.
					severity: kind.dealsFiles ? ("warning" as const) : ("error" as const),
					...{ count, of: documents, places },
					sentence: `${some(count, documents, "documents of the corpus", "is", "are")} split: the parts are sequences of their own, which do not see each other.`,
				};
			},
		},
};
