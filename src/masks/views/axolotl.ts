import { labels } from "../labels.js";
import type { TokenRow } from "../row.js";
import { positionIds, segmentIds } from "../segments.js";
import { int64, padded } from "./int64.js";
import type { ViewOptions } from "./view.js";

/** A packed row of Axolotl: its attention mask holds the sequence's number, from 1. */
export function toAxolotl(row: TokenRow, options: ViewOptions = {}) {
	const { rowLength = row.ids.length, padId = 0 } = options;
	return {
		input_ids: int64(padded(row.ids, rowLength, padId)),
		labels: int64(labels(row, rowLength)),
		attention_mask: int64(segmentIds(row.seqLengths, rowLength)),
		position_ids: int64(positionIds(row.seqLengths, rowLength)),
		length: row.ids.length,
	};
}
