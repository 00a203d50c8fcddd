import type { Check } from "../check.js";
import { some, Tally } from "../tally.js";

export const bosDoubled: Check = {
	meaning:
		"sequences begin with BOS twice: a template and the tokenizer both added it",
	severity: "error",
	needs: ["bos"],
	begin({ bos, eos }) {
		if (bos === eos) return null;
		const tally = new Tally();
		let sequences = 0;
		return {
			row(row) {
				const { ids, borders } = row;
				for (let s = 0; s + 1 < borders.length; s++) {
					const start = borders[s];
					sequences++;
					const isDoubled =
						start + 1 < borders[s + 1] &&
						ids[start] === bos &&
						ids[start + 1] === bos;
					if (isDoubled) tally.add(row, 1, `, token ${start}`);
				}
			},
			finish: () =>
				tally.count === 0
					? null
					: {
							...{ count: tally.count, of: sequences, places: tally.places },
							sentence: `${some(tally.count, sequences, "sequences", "begins", "begin")} with BOS, id ${bos}, twice.`,
						},
		};
	},
};
