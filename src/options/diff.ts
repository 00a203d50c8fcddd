import { type Given, integer } from "../core/option.js";
import type { OnProgress } from "../core/progress.js";

/** The options of comparing two datasets, plans, packed records or exports. */
export const diffTable = {
	limit: integer({
		help: "most entries to show of each list; counts are exact",
		default: 20,
		least: 0,
		most: 100_000,
	}),
};

export type DiffOptions = Given<typeof diffTable> & {
	signal?: AbortSignal;
	/** Told of the rows of both that were read. */
	onProgress?: OnProgress;
};
