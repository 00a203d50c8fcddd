import { IGNORE, shiftedLabels } from "../labels.js";
import type { TokenRow } from "../row.js";
import { segmentIds } from "../segments.js";
import { padded } from "./int64.js";
import type { ViewOptions } from "./view.js";

/**
 * A packed example of MaxText. Segments count from 1, 0 is padding; positions of
 * padding are 0, as there, where segments tell it apart. A position whose successor
 * is of another sequence has no target: segment 0.
 */
export function toMaxText(row: TokenRow, options: ViewOptions = {}) {
	const { rowLength = row.ids.length, padId = 0 } = options;
	const inputSegments = segmentIds(row.seqLengths, rowLength);
	const shifted = shiftedLabels(row, rowLength);
	const inputPositions = positionsOf(inputSegments);
	const hasTarget = (i: number) => shifted[i] !== IGNORE;
	return {
		inputs: padded(row.ids, rowLength, padId),
		inputs_segmentation: inputSegments,
		inputs_position: inputPositions,
		targets: shifted.map((label, i) => (hasTarget(i) ? label : padId)),
		targets_segmentation: inputSegments.map((segment, i) =>
			hasTarget(i) ? segment : 0,
		),
		targets_position: inputPositions.map((position, i) =>
			hasTarget(i) ? position : 0,
		),
	};
}

/** Positions from 0 in each segment; 0 for padding. */
function positionsOf(segments: Int32Array): Int32Array {
	const positions = new Int32Array(segments.length);
	for (let i = 1; i < segments.length; i++)
		if (segments[i] !== 0 && segments[i] === segments[i - 1])
			positions[i] = positions[i - 1] + 1;
	return positions;
}
