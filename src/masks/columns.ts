import type { Int32Buffer } from "../core/token-batch.js";
import { cuSeqlens, paddedCuSeqlens } from "./cu-seqlens.js";
import { labels, lossMask } from "./labels.js";
import type { TokenRow } from "./row.js";
import { positionIds, segmentIds } from "./segments.js";

export interface MaskColumn {
	/** Whether a row has an entry a token, a sequence, or a border: a sequence and one more. */
	entries: "token" | "sequence" | "border";
	/** Appends the values of a row, which is not padded. */
	append(row: TokenRow, out: Int32Buffer, multiple: number): void;
}

/**
 * Columns that a row's `seq_lengths` determine, by name; `multiple` is what sequences
 * are padded to for attention.
 */
export const maskColumns: Readonly<Record<string, MaskColumn>> = {
	/** Positions from 0 in each sequence. */
	position_ids: {
		entries: "token",
		append: ({ seqLengths }, out) => out.append(positionIds(seqLengths)),
	},
	/** The sequence's number in the row, from 1. */
	segment_ids: {
		entries: "token",
		append: ({ seqLengths }, out) => out.append(segmentIds(seqLengths)),
	},
	/** 1 where the token is a label: all but the first of each sequence. */
	loss_mask: {
		entries: "token",
		append: ({ seqLengths }, out) => out.append(lossMask(seqLengths)),
	},
	/** Unshifted labels: the tokens, -100 for the first of each sequence. */
	labels: {
		entries: "token",
		append: (row, out) => out.append(labels(row)),
	},
	/** Where each sequence begins in the row. */
	seq_start_id: {
		entries: "sequence",
		append: ({ seqLengths }, out) =>
			out.append(cuSeqlens(seqLengths).cuSeqlens.subarray(0, -1)),
	},
	/** 0, and where each sequence ends. */
	cu_seqlens: {
		entries: "border",
		append: ({ seqLengths }, out) =>
			out.append(cuSeqlens(seqLengths).cuSeqlens),
	},
	/** The same once each sequence is padded to the multiple. */
	cu_seqlens_padded: {
		entries: "border",
		append: ({ seqLengths }, out, multiple) =>
			out.append(paddedCuSeqlens(seqLengths, multiple).cuSeqlensPadded),
	},
};
