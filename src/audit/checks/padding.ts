import type { Check } from "../check.js";
import { percent, some, Tally } from "../tally.js";

/** A share of padding that is worth telling. */
const MUCH = 0.02;

export const padding: Check = {
	meaning: "more than 2 % of all tokens are padding",
	severity: "warning",
	begin() {
		const tally = new Tally();
		let tokens = 0;
		return {
			row(row) {
				const { ids, borders } = row;
				const real = borders[borders.length - 1] - borders[0];
				tokens += ids.length;
				tally.add(row, ids.length - real);
			},
			finish: () =>
				tally.count <= MUCH * tokens
					? null
					: {
							...{ count: tally.count, of: tokens, places: tally.places },
							sentence: `${some(tally.count, tokens, "tokens", "is", "are")} padding: ${percent(tally.count / tokens)}.`,
						},
		};
	},
};
