import type { Check } from "../check.js";
import { some, Tally } from "../tally.js";

export const paddingSequences: Check = {
	meaning:
		"positions in the padding begin again at each token: kernels get a sequence of one token for each",
	severity: "error",
	begin() {
		const tally = new Tally();
		let rows = 0;
		return {
			row(row) {
				rows++;
				// One is a sequence of padding, as some trainers want it.
				if (row.sequencesInPadding > 1) tally.add(row);
			},
			finish: () =>
				tally.count === 0
					? null
					: {
							...{ count: tally.count, of: rows, places: tally.places },
							sentence: `${some(tally.count, rows, "rows", "has", "have")} padding of many sequences of one token: its positions do not go on.`,
						},
		};
	},
};
