import { cuSeqlens } from "../cu-seqlens.js";
import { labels } from "../labels.js";
import { checkRow, type TokenRow } from "../row.js";
import { positionIds, seqIdx } from "../segments.js";
import { int64 } from "./int64.js";

/**
 * What transformers' `DataCollatorWithFlattening` gives, with
 * `return_flash_attn_kwargs` and `return_seq_idx`, for one row of shape [1, T].
 * There is no padding and no attention mask: with one, positions would be ignored.
 */
export function toFlattening(row: TokenRow) {
	checkRow(row);
	const { cuSeqlens: borders, maxSeqlen } = cuSeqlens(row.seqLengths);
	return {
		input_ids: int64(row.ids),
		labels: int64(labels(row)),
		position_ids: int64(positionIds(row.seqLengths)),
		seq_idx: seqIdx(row.seqLengths),
		cu_seq_lens_q: borders,
		cu_seq_lens_k: borders.slice(),
		max_length_q: maxSeqlen,
		max_length_k: maxSeqlen,
	};
}
