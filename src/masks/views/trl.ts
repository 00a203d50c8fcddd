import { labels } from "../labels.js";
import type { TokenRow } from "../row.js";

/**
 * A row of a dataset that TRL's SFTTrainer takes as packed already: lists of one
 * length, not padded, and `seq_lengths`. Labels are unshifted.
 */
export function toTrl(row: TokenRow) {
	return {
		input_ids: row.ids,
		labels: labels(row),
		seq_lengths: row.seqLengths,
	};
}
