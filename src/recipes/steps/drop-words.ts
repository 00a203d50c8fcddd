import { flag, json, required } from "../../core/option.js";
import { textOf } from "../faults.js";
import { type ListItem, listFault, textsOf } from "../lists.js";
import type { Step } from "../step.js";

const options = {
	words: required(
		json<readonly ListItem[]>(
			{
				placeholder: "words",
				expected: "a list of words, or @FILE with a word a line",
				written: "one",
				fault: listFault,
			},
			{ help: "the words to leave out" },
		),
	),
	caseSensitive: flag({
		default: false,
		help: "whether capital letters make another word",
	}),
};

/** A word with apostrophes and hyphens in it, and the spaces after. */
const WORD = /([\p{L}\p{N}\p{M}]+(?:['’-][\p{L}\p{N}\p{M}]+)*)([ \t]*)/gu;

export const dropWords: Step<typeof options> = {
	meaning: "leaves words out of texts, such as stop words; punctuation stays",
	options,
	lists: ["words"],
	prepare({ words, caseSensitive }) {
		const asCompared = (word: string) =>
			caseSensitive ? word : word.toLowerCase();
		const dropped = new Set(textsOf(words).map(asCompared));
		/** The first letters of these, by which most words are passed over. */
		const initials = new Set(
			[...dropped].flatMap((word) => [
				word.charCodeAt(0),
				word.toUpperCase().charCodeAt(0),
			]),
		);
		return {
			fields: [],
			apply(draft, { count }) {
				let gone = 0;
				const pieces = draft.pieces.map((piece) => {
					const text = textOf(piece).replace(WORD, (run, word: string) => {
						if (!initials.has(word.charCodeAt(0))) return run;
						if (!dropped.has(asCompared(word))) return run;
						gone++;
						return "";
					});
					return { ...piece, text };
				});
				count("words-dropped", gone);
				return [{ ...draft, pieces }];
			},
		};
	},
};
