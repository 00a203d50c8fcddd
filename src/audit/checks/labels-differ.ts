import type { Check } from "../check.js";
import { some, Tally } from "../tally.js";

export const labelsDiffer: Check = {
	meaning:
		"labels are other tokens than those they stand at: they are shifted, and the trainer shifts them again",
	severity: "error",
	begin() {
		const tally = new Tally();
		let shifted = 0;
		let labelled = 0;
		return {
			row(row) {
				const { labels, ids } = row;
				if (labels === null) return;
				let other = 0;
				for (let i = 0; i < labels.length; i++) {
					if (labels[i] === -100) continue;
					labelled++;
					if (labels[i] === ids[i]) continue;
					other++;
					if (labels[i] === ids[i + 1]) shifted++;
				}
				tally.add(row, other);
			},
			finish() {
				const { count, places } = tally;
				if (count === 0) return null;
				const why =
					shifted > count / 2
						? "it is the token after it, so labels are shifted already, and the trainer shifts them again"
						: "it is neither that token nor the one after it";
				return {
					...{ count, of: labelled, places },
					sentence: `${some(count, labelled, "labels", "is", "are")} not the token at the same place: ${why}.`,
				};
			},
		};
	},
};
