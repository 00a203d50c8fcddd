import { shiftedLabels, shiftedLossMask } from "../labels.js";
import type { TokenRow } from "../row.js";
import { positionIds } from "../segments.js";
import { int64, padded } from "./int64.js";
import type { ViewOptions } from "./view.js";

/** What nanotron's collator gives: shifted labels, positions of -1 for padding. */
export function toNanotron(row: TokenRow, options: ViewOptions = {}) {
	const { rowLength = row.ids.length, padId = 0 } = options;
	const used = row.ids.length;
	return {
		input_ids: int64(padded(row.ids, rowLength, padId)),
		label_ids: int64(
			shiftedLabels(row, rowLength).map((label) => (label < 0 ? padId : label)),
		),
		label_mask: shiftedLossMask(row, rowLength),
		position_ids: int64(
			positionIds(row.seqLengths, rowLength).map((position, i) =>
				i < used ? position : -1,
			),
		),
	};
}
