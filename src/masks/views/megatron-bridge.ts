import { shiftedLossMask } from "../labels.js";
import { checkRow, type TokenRow } from "../row.js";

/**
 * A row of the packed Parquet files of Megatron Bridge and NeMo. A sequence keeps
 * all its tokens: the collator cuts its inputs and labels out of them. The loss
 * mask is shifted; `seq_start_id` has no final end.
 */
export function toMegatronBridge(row: TokenRow) {
	checkRow(row);
	const starts = new Int32Array(row.seqLengths.length);
	for (let i = 1; i < starts.length; i++)
		starts[i] = starts[i - 1] + row.seqLengths[i - 1];
	return {
		input_ids: row.ids,
		loss_mask: Int8Array.from(shiftedLossMask(row)),
		seq_start_id: starts,
	};
}
