import { integer } from "../core/option.js";
import { IdsTokenizer } from "./ids-tokenizer.js";
import type { NamedTokenizer } from "./named-tokenizer.js";

export const ids: NamedTokenizer = {
	meaning:
		"for input of token ids: there are so many, and each is called by its digits",
	argument: integer({
		least: 1,
		most: 2 ** 31 - 1,
		help: "ids of the vocabulary",
	}),
	example: "ids:50257",
	options: {},
	open: (vocabSize) => new IdsTokenizer(vocabSize),
};
