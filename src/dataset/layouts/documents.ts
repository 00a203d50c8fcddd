import { ROW_OF_ANY_LENGTH } from "../../core/capacity.js";
import type { Layout } from "./layout.js";

/** A store: tokens that are kept once, and packed by index as often as one likes. */
export const documents: Layout<Record<never, never>> = {
	meaning:
		"one row per document: a store, to be packed by index with seqpack pack",
	options: {},
	packs: false,
	title: "Tokenized documents",
	about: () =>
		"A row is a document, whole, in the order of the input; one without tokens has an empty row. `seqpack pack` packs them by index, as often as one likes.",
	// Packings read rows at random.
	format: "arrow",
	packer: () => "padded",

	plan: () => ({
		cut: { name: "entire" },
		buckets: [
			{
				length: ROW_OF_ANY_LENGTH,
				capacity: ROW_OF_ANY_LENGTH,
				directory: "data",
			},
		],
	}),
};
