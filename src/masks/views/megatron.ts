import { shiftedLabels, shiftedLossMask } from "../labels.js";
import { checkRow, type TokenRow } from "../row.js";
import { positionIds } from "../segments.js";
import { int64, padded } from "./int64.js";
import type { ViewOptions } from "./view.js";

/**
 * A sample of Megatron-LM's packed datasets: labels are shifted, `cu_seqlens` is as
 * long as the row and one more, its rest filled with the row's length. Padding
 * belongs to the last segment, as there; its loss mask is 0.
 */
export function toMegatron(row: TokenRow, options: ViewOptions = {}) {
	const { rowLength = row.ids.length, padId = 0 } = options;
	const used = checkRow(row, rowLength);
	const lengths = row.seqLengths.slice();
	if (lengths.length > 0) lengths[lengths.length - 1] += rowLength - used;
	const borders = new Int32Array(rowLength + 1).fill(rowLength);
	borders[0] = 0;
	let end = 0;
	let longest = lengths.length === 0 ? rowLength : 0;
	for (const [i, length] of lengths.entries()) {
		end += length;
		borders[i + 1] = end;
		longest = Math.max(longest, length);
	}
	return {
		tokens: int64(padded(row.ids, rowLength, padId)),
		labels: int64(shiftedLabels(row, rowLength)),
		loss_mask: Float32Array.from(shiftedLossMask(row, rowLength)),
		position_ids: int64(positionIds(lengths, rowLength)),
		cu_seqlens: borders,
		max_seqlen: Int32Array.of(longest),
	};
}
