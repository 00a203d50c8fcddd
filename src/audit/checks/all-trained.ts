import type { Check } from "../check.js";
import { leavesOut } from "../row.js";
import { counted } from "../tally.js";

export const allTrained: Check = {
	meaning:
		"a mask leaves no token out in any row, so that prompts are trained on, too; an error where it is a mask of answers",
	severity: "warning",
	begin() {
		let rows = 0;
		let isMasked = false;
		let isOfAnswers = false;
		let first: string | null = null;
		return {
			row(row) {
				if (isMasked || !row.isMask || row.borders.length < 2) return;
				rows++;
				isMasked = leavesOut(row);
				isOfAnswers ||= row.isAnswerMask;
				first ??= row.place();
			},
			finish: () =>
				rows === 0 || isMasked
					? null
					: {
							...(isOfAnswers ? { severity: "error" as const } : {}),
							...{ count: rows, of: rows },
							places: first === null ? [] : [first],
							sentence: `the mask of ${counted(rows, "row")} leaves no token out: if there are prompts, they are trained on like answers.`,
						},
		};
	},
};
