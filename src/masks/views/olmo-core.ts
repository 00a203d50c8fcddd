import { cuSeqlens } from "../cu-seqlens.js";
import { lossMask } from "../labels.js";
import type { TokenRow } from "../row.js";
import { int64, padded } from "./int64.js";
import type { ViewOptions } from "./view.js";

/**
 * An item of OLMo-core, and what its model gets of it. The label mask is false for
 * the first token of each document, which `get_labels` would otherwise make the
 * label of the last token of the one before; padding is a document of its own.
 */
export function toOlmoCore(row: TokenRow, options: ViewOptions = {}) {
	const { rowLength = row.ids.length, padId = 0 } = options;
	const borders = cuSeqlens(row.seqLengths, rowLength);
	const docLens = borders.cuSeqlens
		.subarray(1)
		.map((end, i) => end - borders.cuSeqlens[i]);
	return {
		input_ids: int64(padded(row.ids, rowLength, padId)),
		label_mask: lossMask(row, rowLength),
		doc_lens: docLens,
		max_doc_lens: [borders.maxSeqlen],
		cu_doc_lens: borders.cuSeqlens,
		max_doc_len: borders.maxSeqlen,
	};
}
