import { integer } from "../core/option.js";
import { IdsTokenizer } from "./ids-tokenizer.js";
import type { NamedTokenizer } from "./named-tokenizer.js";

export const ids: NamedTokenizer = {
	meaning:
		"for input of token ids: the number is the size of the vocabulary, and each token is named by its digits",
	argument: integer({
		least: 1,
		most: 2 ** 31 - 1,
		help: "ids of the vocabulary",
	}),
	example: "ids:50257",
	options: {},
	open: (vocabSize) => new IdsTokenizer(vocabSize),
};
