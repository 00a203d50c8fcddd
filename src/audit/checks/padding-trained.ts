import type { Check } from "../check.js";
import { some, Tally } from "../tally.js";

export const paddingTrained: Check = {
	meaning: "padding is trained on",
	severity: "error",
	begin() {
		const tally = new Tally();
		let padding = 0;
		return {
			row(row) {
				const { ids, trained, borders } = row;
				const end = borders[borders.length - 1];
				padding += ids.length - end;
				if (trained === null) return;
				let count = 0;
				for (let i = end; i < ids.length; i++) count += trained[i];
				tally.add(row, count);
			},
			finish: () =>
				tally.count === 0
					? null
					: {
							...{ count: tally.count, of: padding, places: tally.places },
							sentence: `${some(tally.count, padding, "tokens of padding", "is a label", "are labels")}: the model learns to write padding.`,
						},
		};
	},
};
