import type { Check } from "../check.js";
import { counted } from "../tally.js";

export const unknownSequences: Check = {
	meaning:
		"sequences of the dataset are neither documents of the corpus nor parts of them, or are there twice",
	severity: "warning",
	needs: ["corpus"],
	begin({ corpus, placeOf }) {
		if (corpus === null) return null;
		let sequences = 0;
		return {
			row({ borders }) {
				sequences += Math.max(0, borders.length - 1);
			},
			finish() {
				const { count, first } = corpus.unknown();
				if (count === 0) return null;
				return {
					...{ count, of: sequences },
					places: first.map(({ shard, number }) => placeOf(shard, number)),
					sentence: `${counted(count, "sequence")} of ${sequences.toLocaleString("en-US")} are no document of the corpus and no part of one: they are joined, changed, there twice, or from elsewhere.`,
				};
			},
		};
	},
};
