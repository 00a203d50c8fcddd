import type { Check } from "../check.js";
import { counted, Tally } from "../tally.js";

export const guessedBorders: Check = {
	meaning:
		"nothing but EOS says where documents begin, and it may stand within one, too",
	severity: "warning",
	begin() {
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
							sentence: `the borders in ${counted(tally.count, "row")} of ${rows.toLocaleString("en-US")} are guessed: nothing but EOS tells them. Give the corpus to see whether they are right.`,
						},
		};
	},
};
