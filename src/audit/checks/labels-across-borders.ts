import type { Check } from "../check.js";
import { some, Tally } from "../tally.js";

export const labelsAcrossBorders: Check = {
	meaning:
		"the first token of a sequence within a row is a label: it is predicted from another document",
	severity: "error",
	begin() {
		const tally = new Tally();
		let within = 0;
		return {
			row(row) {
				const { trained, borders } = row;
				for (let s = 1; s + 1 < borders.length; s++) {
					within++;
					// Where nothing is stored, the trainer sees to it.
					if (trained !== null && trained[borders[s]] !== 0)
						tally.add(row, 1, `, token ${borders[s]}`);
				}
			},
			finish: () =>
				tally.count === 0
					? null
					: {
							...{ count: tally.count, of: within, places: tally.places },
							sentence: `${some(tally.count, within, "sequences that begin within a row", "has", "have")} a label at the first token, which is predicted from another document.`,
						},
		};
	},
};
