import { type NameOf, registry } from "../core/registry.js";
import { countWords } from "./count-words.js";

/** What lengths of texts are counted in. */
export interface LengthUnit {
	/** One line, for the docs. */
	readonly meaning: string;
	/** Whether texts that are token ids have it. */
	readonly isOfIds?: true;
	/**
	 * @param text In UTF-8.
	 * @param tokensOf Counts its tokens, without BOS and EOS.
	 */
	count(text: Uint8Array, tokensOf: (text: Uint8Array) => number): number;
}

const entries = {
	words: {
		meaning:
			"runs of letters, digits and underscores: the matches of `\\w+` in Python",
		count: (text) => countWords(text),
	} as LengthUnit,
	tokens: {
		meaning: "tokens of the build's tokenizer, without BOS and EOS",
		isOfIds: true,
		count: (text, tokensOf) => tokensOf(text),
	} as LengthUnit,
	bytes: {
		meaning: "bytes in UTF-8",
		count: ({ length }) => length,
	} as LengthUnit,
};

/** The units of lengths, by name. */
export const lengthUnits = registry<keyof typeof entries, LengthUnit>(
	"unit of length",
	entries,
);
export type LengthUnitName = NameOf<typeof lengthUnits>;
