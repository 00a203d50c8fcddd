import type { Decomposer } from "./decomposer.js";
import { cutFromLeft } from "./pieces.js";

/** Tokens that a document can have. */
const MOST_TOKENS = 2 ** 31 - 1;

/** Keeps every document whole, however long: each has a row of its own length. */
export const entire: Decomposer = {
	meaning: "each document whole, in a row of its own length",
	options: {},
	fillsRows: false,
	dropReasons: null,
	lengths: () => [MOST_TOKENS],
	cut: (lengths) => cutFromLeft(lengths, (left) => left),
};
