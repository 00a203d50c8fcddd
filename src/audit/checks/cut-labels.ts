import type { Check } from "../check.js";
import { leavesOut } from "../row.js";
import { grouped, some, Tally } from "../tally.js";

export const cutLabels: Check = {
	meaning:
		"rows as long as the longest are cut within what is trained on, or before it",
	severity: "error",
	needs: ["eos"],
	begin({ eos }) {
		let longest = 0;
		let tally = new Tally();
		let rows = 0;
		return {
			row(row) {
				const { ids, trained, borders } = row;
				// Where all is trained on, long documents may be cut anywhere.
				if (trained === null || !leavesOut(row)) return;
				const start = borders[borders.length - 2] ?? 0;
				const end = borders[borders.length - 1];
				rows++;
				if (end > longest) {
					longest = end;
					tally = new Tally();
				}
				if (end < longest || ids[end - 1] === eos) return;
				const isAnswer = trained[end - 1] !== 0;
				const hasNone = !trained.subarray(start, end).includes(1);
				if (isAnswer || hasNone) tally.add(row);
			},
			finish: () =>
				tally.count === 0 || rows < 2
					? null
					: {
							...{ count: tally.count, of: rows, places: tally.places },
							sentence: `${some(tally.count, rows, "rows", "ends", "end")} at ${grouped(longest)} tokens without EOS, in what is trained on or before it: the rest was cut away.`,
						},
		};
	},
};
