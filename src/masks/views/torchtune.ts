import { cuSeqlens } from "../cu-seqlens.js";
import { shiftedLabels } from "../labels.js";
import type { TokenRow } from "../row.js";
import { positionIds } from "../segments.js";
import { int64, padded } from "./int64.js";
import type { ViewOptions } from "./view.js";

/** A packed sample of torchtune: labels are shifted, padding is the last sequence. */
export function toTorchtune(row: TokenRow, options: ViewOptions = {}) {
	const { rowLength = row.ids.length, padId = 0 } = options;
	const { cuSeqlens: borders } = cuSeqlens(row.seqLengths, rowLength);
	return {
		tokens: int64(padded(row.ids, rowLength, padId)),
		labels: int64(shiftedLabels(row, rowLength)),
		input_pos: int64(positionIds(row.seqLengths, rowLength)),
		seq_lens: int64(borders.subarray(1).map((end, i) => end - borders[i])),
	};
}
