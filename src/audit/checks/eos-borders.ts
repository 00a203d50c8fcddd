import type { Check } from "../check.js";
import { percent, some, Tally } from "../tally.js";

export const eosBorders: Check = {
	meaning:
		"documents that the files tell apart are split or joined by a trainer that finds their borders by EOS",
	severity: "error",
	needs: ["eos"],
	isOf: ({ guessesBorders }) => guessesBorders,
	begin({ eos }) {
		const split = new Tally();
		const joined = new Tally();
		let documents = 0;
		let tokens = 0;
		let wholeTokens = 0;
		let isAfterOpen = false;
		return {
			row(row) {
				if (row.isGuessed) return;
				const { ids, borders } = row;
				for (let s = 0; s + 1 < borders.length; s++) {
					const [start, end] = [borders[s], borders[s + 1]];
					if (start === end) continue;
					documents++;
					tokens += end - start;
					const inner = ids.subarray(start, end - 1).indexOf(eos ?? -1);
					const isOpen = ids[end - 1] !== eos;
					if (inner !== -1) split.add(row, 1, `, token ${inner}`);
					if (isOpen) joined.add(row);
					if (inner === -1 && !isOpen && !isAfterOpen)
						wholeTokens += end - start;
					isAfterOpen = isOpen;
				}
			},
			finish() {
				const count = split.count + joined.count;
				if (count === 0) return null;
				const parts = [
					...(split.count === 0
						? []
						: [
								`${some(split.count, documents, "documents", "is", "are")} split, since EOS, id ${eos}, is within`,
							]),
					...(joined.count === 0
						? []
						: [
								`${some(joined.count, documents, "documents", "is", "are")} joined with the next, since EOS, id ${eos}, is not at the end`,
							]),
				];
				return {
					...{ count, of: documents },
					places: [...split.places, ...joined.places].slice(0, 3),
					sentence: `where EOS tells documents apart, ${parts.join(", and ")}: ${percent(wholeTokens / Math.max(1, tokens))} of tokens are in documents that stay whole.`,
				};
			},
		};
	},
};
