import { type NameOf, registry } from "../core/registry.js";
import type { ColumnName } from "../masks/columns.js";

/** How rows of datasets become batches. */
export interface BatchKind {
	/** One line, for help and docs. */
	readonly meaning: string;
	/** The layout of datasets that it is the usual kind for, and the only one that it is for; null: any. */
	readonly layout: "buckets" | "packed" | "documents" | null;
	/**
	 * What steps are made of: rows as they are, sequences of similar length within rows, in random
	 * order, or the next chunk of the document that each lane reads.
	 */
	readonly items: "rows" | "sequences" | "chunks";
	/** Whether each item is a row of a batch, padded to a length; else all of them are one row without padding. */
	readonly isPadded: boolean;
	/** The columns that its batches always have besides the usual ones. */
	readonly columns: readonly ColumnName[];
}

/** Every kind of batches by name. */
export const batchKinds = registry("kind of batches", {
	bucketed: {
		meaning: "rows of a bucket, padded to its length",
		layout: "buckets",
		items: "rows",
		isPadded: true,
		columns: [],
	} as BatchKind,
	packed: {
		meaning: "packed rows, padded to the whole row",
		layout: "packed",
		items: "rows",
		isPadded: true,
		columns: [],
	} as BatchKind,
	"token-budget": {
		meaning:
			"sequences of similar length up to a number of tokens, padded to the longest",
		layout: null,
		items: "sequences",
		isPadded: true,
		columns: [],
	} as BatchKind,
	flat: {
		meaning: "rows one after the other, without padding",
		layout: null,
		items: "rows",
		isPadded: false,
		columns: ["cu_seqlens", "position_ids"],
	} as BatchKind,
	streams: {
		meaning:
			"one row per lane, with the next chunk of the lane's document, padded",
		layout: "documents",
		items: "chunks",
		isPadded: true,
		// Of labels within a chunk alone, that of its last token would be lost.
		columns: ["shift_labels"],
	} as BatchKind,
});
export type BatchKindName = NameOf<typeof batchKinds>;
