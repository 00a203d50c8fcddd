import type { Check } from "../check.js";
import { counted } from "../tally.js";

export const unusable: Check = {
	meaning:
		"a file or a row cannot be read: it is cut short, or its parts contradict each other",
	severity: "error",
	begin() {
		const places: string[] = [];
		let rows = 0;
		let count = 0;
		return {
			row: () => rows++,
			unusable(place, sentence) {
				count++;
				if (places.length < 3) places.push(`${place}: ${sentence}`);
			},
			finish: () =>
				count === 0
					? null
					: {
							...{ count, of: rows + count, places },
							sentence: `${counted(count, "place")} cannot be read; the rest was looked at without them.`,
						},
		};
	},
};
