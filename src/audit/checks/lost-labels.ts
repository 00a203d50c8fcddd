import type { Check } from "../check.js";
import { some, Tally } from "../tally.js";

export const lostLabels: Check = {
	meaning:
		"a mask that should be shifted is not: its trainer takes the first label of each sequence away",
	severity: "error",
	begin() {
		const tally = new Tally();
		let sequences = 0;
		return {
			row(row) {
				sequences += row.borders.length - 1;
				tally.add(row, row.lostLabels);
			},
			finish: () =>
				tally.count === 0
					? null
					: {
							...{ count: tally.count, of: sequences, places: tally.places },
							sentence: `${some(tally.count, sequences, "sequences", "has", "have")} a mark at the last token, after which no label comes: the mask is not shifted, and as many labels are lost.`,
						},
		};
	},
};
