import {
	type Sharing,
	sharedLengths,
	shareSpans,
} from "./sequence-parallel.js";

/**
 * What causal attention within sequences costs each of the ranks that share a row: the pairs of a
 * token of its share and one that this attends to. Padding costs nothing.
 * @param seqLengths Tokens of each sequence, without padding.
 * @param rowLength Tokens of the row as it is cut, as in `shareSpans`.
 * @throws UsageError `bad-option` where the row cannot be cut so.
 */
export function shareCosts(
	seqLengths: Int32Array,
	sharing: Sharing,
	rowLength?: number,
): Float64Array {
	const lengths = sharedLengths(seqLengths, sharing);
	return Float64Array.from({ length: sharing.parts }, (_, part) => {
		let cost = 0;
		let sequence = 0;
		let start = 0;
		for (const [from, to] of shareSpans(seqLengths, sharing, part, rowLength)) {
			for (; sequence < lengths.length; start += lengths[sequence++]) {
				const last = seqLengths[sequence];
				const clamp = (at: number) => Math.min(Math.max(at - start, 0), last);
				cost += pairs(clamp(to)) - pairs(clamp(from));
				// The next span may begin in the same sequence.
				if (start + lengths[sequence] > to) break;
			}
		}
		return cost;
	});
}

/** Pairs of one of some tokens and of one that is no later. */
function pairs(tokens: number): number {
	return (tokens * (tokens + 1)) / 2;
}
