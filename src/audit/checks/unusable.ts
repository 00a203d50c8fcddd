import type { Check } from "../check.js";
import { counted } from "../tally.js";

export const unusable: Check = {
	meaning:
		"a file or a row cannot be read: it is cut short, or its parts contradict each other; or there are no rows",
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
				count === 0 && rows > 0
					? null
					: {
							...{ count, of: rows + count, places },
							sentence:
								count === 0
									? "there is not one row."
									: `${counted(count, "place")} cannot be read, and what is there was not looked at.`,
						},
		};
	},
};
