import type { Int32Buffer } from "../core/token-batch.js";
import { labels, lossMask } from "./labels.js";
import type { TokenRow } from "./row.js";
import { positionIds, segmentIds } from "./segments.js";

/**
 * Columns that a row's `seq_lengths` determine, by name: each appends the values of a
 * row, which is not padded. An entry a token, but for `seq_start_id`, which has one
 * a sequence.
 */
export const maskColumns: Readonly<
	Record<string, (row: TokenRow, out: Int32Buffer) => void>
> = {
	/** Positions from 0 in each sequence. */
	position_ids: ({ seqLengths }, out) => out.append(positionIds(seqLengths)),
	/** The sequence's number in the row, from 1. */
	segment_ids: ({ seqLengths }, out) => out.append(segmentIds(seqLengths)),
	/** 1 where the token is a label: all but the first of each sequence. */
	loss_mask: ({ seqLengths }, out) => out.append(lossMask(seqLengths)),
	/** Unshifted labels: the tokens, -100 for the first of each sequence. */
	labels: (row, out) => out.append(labels(row)),
	/** Where each sequence begins in the row. */
	seq_start_id: ({ seqLengths }, out) => {
		let start = 0;
		for (const length of seqLengths) {
			out.push(start);
			start += length;
		}
	},
};
