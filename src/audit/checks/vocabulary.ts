import type { Check } from "../check.js";
import { some, Tally } from "../tally.js";

export const vocabulary: Check = {
	meaning:
		"an id is none of the tokenizer's: it is of another tokenizer, or was cut to two bytes",
	severity: "error",
	needs: ["vocabulary"],
	begin({ vocabSize }) {
		const size = vocabSize ?? 2 ** 31;
		const tally = new Tally();
		let tokens = 0;
		return {
			row(row) {
				const { ids } = row;
				let outside = 0;
				let first = 0;
				for (let i = ids.length - 1; i >= 0; i--)
					if (ids[i] < 0 || ids[i] >= size) {
						outside++;
						first = i;
					}
				tokens += ids.length;
				tally.add(row, outside, `, token ${first}`);
			},
			finish: () =>
				tally.count === 0
					? null
					: {
							...{ count: tally.count, of: tokens, places: tally.places },
							sentence: `${some(tally.count, tokens, "tokens", "has an id that is", "have ids that are")} not from 0 to ${size - 1}.`,
						},
		};
	},
};
