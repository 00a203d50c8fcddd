import type { Check } from "../check.js";
import { some, Tally } from "../tally.js";

export const nothingTrained: Check = {
	meaning:
		"rows have no label at all: a mask of zeros, or labels of -100 alone",
	severity: "error",
	begin() {
		const tally = new Tally();
		let rows = 0;
		return {
			row(row) {
				const { trained, borders } = row;
				if (trained === null) return;
				rows++;
				const [start, end] = [borders[0], borders[borders.length - 1]];
				if (!trained.subarray(start, end).some((is) => is !== 0))
					tally.add(row);
			},
			finish: () =>
				tally.count === 0
					? null
					: {
							...{ count: tally.count, of: rows, places: tally.places },
							sentence: `${some(tally.count, rows, "rows", "has", "have")} no label: nothing is learned there.`,
						},
		};
	},
};
