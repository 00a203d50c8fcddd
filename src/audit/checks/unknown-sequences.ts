import type { Check } from "../check.js";
import { some } from "../tally.js";

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
					sentence: `${some(count, sequences, "sequences", "is", "are")} no document of the corpus and no part of one: joined, changed, there twice, or from elsewhere.`,
				};
			},
		};
	},
};
