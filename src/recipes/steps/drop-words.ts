import { flag, json, required } from "../../core/option.js";
import { textOf } from "../faults.js";
import { type ListItem, listFault, textsOf } from "../lists.js";
import type { Step } from "../step.js";
import { withoutWords } from "../words.js";

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

export const dropWords: Step<typeof options> = {
	meaning: "leaves words out of texts, such as stop words; punctuation stays",
	options,
	lists: ["words"],
	prepare({ words: given, caseSensitive }) {
		const asCompared = (word: string) =>
			caseSensitive ? word : word.toLowerCase();
		const words = new Set(textsOf(given).map(asCompared));
		/** The units that these begin with have a 1, by which most words are passed over. */
		const initials = new Uint8Array(2 ** 16);
		for (const word of words)
			for (const form of [word, word.toUpperCase()])
				initials[form.charCodeAt(0)] = 1;
		return {
			fields: [],
			apply(draft, { count }) {
				let gone = 0;
				const pieces = draft.pieces.map((piece) => {
					const whole = textOf(piece);
					const { text, dropped } = withoutWords(
						whole,
						(start, end) =>
							initials[whole.charCodeAt(start)] === 1 &&
							words.has(asCompared(whole.slice(start, end))),
					);
					gone += dropped;
					return dropped === 0 ? piece : { ...piece, text };
				});
				count("words-dropped", gone);
				return [{ ...draft, pieces }];
			},
		};
	},
};
