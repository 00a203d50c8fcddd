import type { Check } from "../check.js";
import { some, Tally } from "../tally.js";

export const bosMissing: Check = {
	meaning:
		"sequences begin without BOS, though others have it; a warning where none has it and the tokenizer adds it",
	severity: "error",
	needs: ["bos"],
	begin({ bos, eos, addsBos }) {
		// One token may stand between documents, as both.
		if (bos === eos) return null;
		const tally = new Tally();
		let sequences = 0;
		let isContinued = false;
		return {
			row(row) {
				const { ids, borders } = row;
				for (let s = 0; s + 1 < borders.length; s++) {
					const [start, end] = [borders[s], borders[s + 1]];
					if (end === start) continue;
					if (ids[start] === bos) sequences++;
					else if (!isContinued) {
						sequences++;
						tally.add(row, 1, `, token ${start}`);
					}
					// Without EOS, what follows may be the rest of the document.
					isContinued = eos !== null && ids[end - 1] !== eos;
				}
			},
			finish() {
				const { count, places } = tally;
				if (count === 0 || (count === sequences && !addsBos)) return null;
				return {
					// They may be so on purpose.
					...(count === sequences ? { severity: "warning" as const } : {}),
					...{ count, of: sequences, places },
					sentence:
						count === sequences
							? `no sequence begins with BOS, id ${bos}, and the tokenizer puts it before every text.`
							: `${some(count, sequences, "sequences", "begins", "begin")} without BOS, id ${bos}, and the others have it.`,
				};
			},
		};
	},
};
