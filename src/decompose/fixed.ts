import { Int32Buffer } from "../core/buffers.js";
import { optionName, UsageError } from "../core/errors.js";
import { integer } from "../core/option.js";
import type { Decomposer } from "./decomposer.js";
import { maxLength, remainder } from "./options.js";

const options = {
	maxLength,
	overlap: integer({
		default: 0,
		help: "tokens that each window shares with the one before",
	}),
	remainder,
};

/**
 * Windows of `maxLength` tokens, each beginning `overlap` tokens before the end of the
 * one before. What is left after the last window is the remainder: less than a window
 * would add, and no token of it is in a window.
 */
export const fixed: Decomposer<typeof options> = {
	meaning: "windows of one length, which may overlap",
	options,
	fillsRows: true,
	dropReasons: { some: "remainder", none: "too-short" },
	check({ maxLength, overlap }) {
		if (overlap >= maxLength)
			throw new UsageError(
				"bad-option",
				`${optionName("overlap")} is ${overlap}, and windows have ${maxLength} tokens: give a whole number from 0 to ${maxLength - 1}.`,
			);
	},
	lengths: ({ maxLength }) => [maxLength],
	cut(lengths, { maxLength, overlap }) {
		const documents = new Int32Buffer();
		const starts = new Int32Buffer();
		for (let document = 0; document < lengths.length; document++) {
			const last = lengths[document] - maxLength;
			for (let start = 0; start <= last; start += maxLength - overlap) {
				documents.push(document);
				starts.push(start);
			}
		}
		return {
			document: documents.view(),
			start: starts.view(),
			length: new Int32Array(documents.length).fill(maxLength),
		};
	},
	nextStart: (covered, length, { maxLength, overlap }) =>
		covered > 0 && length === maxLength ? covered - overlap : covered,
};
