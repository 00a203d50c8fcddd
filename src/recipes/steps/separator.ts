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
					const last = pieces.at(-1);
					const isNext = last !== undefined && last.record !== piece.record;
					if (
						way !== "allow" &&
						(textOf(piece).includes(text) ||
							(isNext && standsAcross(text, textOf(last), textOf(piece))))
					) {
						if (way === "refuse" && piece.record !== null)
							throw composeFault(
								"separator-in-text",
								describeRecord(piece.record),
								`has the separator ${quoted(text)} in its text: choose another`,
							);
						count("separators-in-text");
					}
					if (isNext) pieces.push(between);
					pieces.push(piece);
				}
				return [{ ...draft, pieces }];
			},
		};
	},
};

/** Whether a separator between two texts stands in a second place, with some of one of them. */
function standsAcross(text: string, before: string, after: string): boolean {
	const most = text.length - 1;
	if (most === 0) return false;
	const end = before.slice(-most);
	const joined = `${end}${text}${after.slice(0, most)}`;
	return (
		joined.indexOf(text) !== end.length ||
		joined.lastIndexOf(text) !== end.length
	);
}
