import type { Check } from "../check.js";
import { some, Tally } from "../tally.js";

export const hiddenBorders: Check = {
	meaning:
		"packed rows have an attention_mask, with which the trainer passes over their borders: sequences see each other",
	severity: "error",
	begin() {
		const tally = new Tally();
		let rows = 0;
		return {
			row(row) {
				rows++;
				if (row.hidesBorders && row.borders.length > 2) tally.add(row);
			},
			finish: () =>
				tally.count === 0
					? null
					: {
							...{ count: tally.count, of: rows, places: tally.places },
							sentence: `${some(tally.count, rows, "rows", "has", "have")} several sequences and an attention_mask, with which their borders are passed over. Leave the column out.`,
						},
		};
	},
};
