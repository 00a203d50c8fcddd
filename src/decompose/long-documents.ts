import { registry } from "../core/registry.js";
import { drop, error, truncate } from "./at-most-one.js";
import type { Decomposer } from "./decomposer.js";
import { segment } from "./segment.js";
import { balancedSplit, split } from "./split.js";

export const longDocumentsEntries = {
	split,
	"balanced-split": balancedSplit,
	truncate,
	drop,
	error,
	segment,
};

/** What becomes of documents longer than a row; shorter ones stay whole. */
export const longDocuments = registry<
	keyof typeof longDocumentsEntries,
	Decomposer
>("rule for long documents", longDocumentsEntries);
