import { cuSeqlens } from "../cu-seqlens.js";
import { labels } from "../labels.js";
import type { TokenRow } from "../row.js";
import { positionIds, segmentIds } from "../segments.js";
import { padded } from "./int64.js";
import type { ViewOptions } from "./view.js";

/** A row of LLaMA-Factory's `neat_packing`. */
export function toLlamaFactory(row: TokenRow, options: ViewOptions = {}) {
	const { rowLength = row.ids.length, padId = 0 } = options;
	return {
		input_ids: padded(row.ids, rowLength, padId),
		attention_mask: segmentIds(row.seqLengths, rowLength),
		position_ids: positionIds(row.seqLengths, rowLength),
		labels: labels(row, rowLength),
		packing_params: {
			sequence_boundaries: cuSeqlens(row.seqLengths).cuSeqlens,
			image_subseq_ids: new Int32Array(0),
			video_subseq_ids: new Int32Array(0),
			audio_subseq_ids: new Int32Array(0),
			right_padding_length: rowLength - row.ids.length,
		},
	};
}
