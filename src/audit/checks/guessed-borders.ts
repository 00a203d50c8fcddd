import type { Check } from "../check.js";
import { some, Tally } from "../tally.js";

export const guessedBorders: Check = {
	meaning:
		"nothing but EOS says where documents begin, and it may stand within one, too",
	severity: "warning",
	begin({ corpus }) {
		const tally = new Tally();
		let rows = 0;
		return {
			row(row) {
				rows++;
				if (row.isGuessed) tally.add(row);
			},
			finish: () =>
				tally.count === 0
					? null
					: {
							...{ count: tally.count, of: rows, places: tally.places },
							sentence: `${some(tally.count, rows, "rows", "has", "have")} guessed borders: nothing but EOS tells them.${corpus === null ? " Compare with the corpus to see whether they are right." : ""}`,
						},
		};
	},
};
