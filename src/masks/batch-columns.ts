import { cuSeqlens } from "./cu-seqlens.js";
import { labels, lossMask, shiftedLabels } from "./labels.js";
import type { TokenRow } from "./row.js";
import { positionIds, segmentIds } from "./segments.js";

/** Columns of a row that is padded to `rowLength` tokens, by name, as trainers take them. */
export const batchColumns: Readonly<
	Record<string, (row: TokenRow, rowLength: number) => ArrayLike<number>>
> = {
	/** Positions from 0 in each sequence, and in the padding. */
	position_ids: ({ seqLengths }, rowLength) =>
		positionIds(seqLengths, rowLength),
	/** The sequence's number in the row, from 1; 0 for padding. */
	segment_ids: ({ seqLengths }, rowLength) => segmentIds(seqLengths, rowLength),
	/** 1 for tokens, 0 for padding. */
	attention_mask: ({ ids }, rowLength) =>
		new Uint8Array(rowLength).fill(1, 0, ids.length),
	/** Unshifted labels: the tokens, -100 for the first of each sequence and for padding. */
	labels,
	/** The label of each token's successor: what the token is to predict. */
	shift_labels: shiftedLabels,
	/** 1 where `labels` has one. */
	loss_mask: ({ seqLengths }, rowLength) => lossMask(seqLengths, rowLength),
	/** 0, and where each sequence ends; the padding is one more. */
	cu_seqlens: ({ seqLengths }, rowLength) =>
		cuSeqlens(seqLengths, rowLength).cuSeqlens,
};
