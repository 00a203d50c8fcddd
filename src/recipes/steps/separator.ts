import { choice, flag, required, text } from "../../core/option.js";
import { quoted } from "../../core/text.js";
import { describeRecord, ownPiece, type Piece } from "../draft.js";
import { composeFault, textOf } from "../faults.js";
import type { Step } from "../step.js";

/** What becomes of a text in which the separator stands. */
const waysInText = ["count", "refuse", "allow"] as const;

const options = {
	text: required(
		text({ placeholder: "text", help: "what stands between two records" }),
	),
	loss: flag({ default: true, help: "whether it is trained on" }),
	inText: choice(waysInText, {
		help: "at a record in whose text it stands already",
		defaultText: "count; allow, of white space",
	}),
};

export const separator: Step<typeof options> = {
	meaning: "puts a text between the records of a group",
	options,
	prepare({ text, loss, inText }) {
		const way = inText ?? (text.trim() === "" ? "allow" : "count");
		const between = ownPiece(text, loss);
		return {
			fields: [],
			makes: { masks: !loss },
			apply(draft, { count }) {
				const pieces: Piece[] = [];
				for (const piece of draft.pieces) {
					if (way !== "allow" && textOf(piece).includes(text)) {
						if (way === "refuse" && piece.record !== null)
							throw composeFault(
								"separator-in-text",
								describeRecord(piece.record),
								`has the separator ${quoted(text)} in its text: choose another`,
							);
						count("separators-in-text");
					}
					const last = pieces.at(-1);
					if (last !== undefined && last.record !== piece.record)
						pieces.push(between);
					pieces.push(piece);
				}
				return [{ ...draft, pieces }];
			},
		};
	},
};
