import type { Check } from "../check.js";
import { some, Tally } from "../tally.js";

export const firstToken: Check = {
	meaning:
		"the first token of a row is a label, which nothing predicts: a loader that joins rows trains on it",
	severity: "warning",
	begin() {
		const tally = new Tally();
		let rows = 0;
		return {
			row(row) {
				const { trained, borders } = row;
				if (trained === null || borders.length < 2) return;
				rows++;
				if (trained[borders[0]] !== 0) tally.add(row);
			},
			finish: () =>
				tally.count === 0
					? null
					: {
							...{ count: tally.count, of: rows, places: tally.places },
							sentence: `${some(tally.count, rows, "rows", "has", "have")} a label at the first token: a loader that joins rows predicts it from another document.`,
						},
		};
	},
};
