import { ROW_OF_ANY_LENGTH } from "../core/capacity.js";
import type { Decomposer } from "./decomposer.js";
import { cutFromLeft } from "./pieces.js";

/** Keeps every document whole, however long: each has a row of its own length. */
export const entire: Decomposer = {
	meaning: "each document whole, in a row of its own length",
	options: {},
	fillsRows: false,
	dropReasons: null,
	lengths: () => [ROW_OF_ANY_LENGTH],
	cut: (lengths) => cutFromLeft(lengths, (left) => left),
};
