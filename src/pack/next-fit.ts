import { checkLengths, type PackerOptions, type Packing } from "./packing.js";
import { asTheyCome } from "./sequence-orders.js";

/**
 * Next fit: each sequence, as they come, into the last pack, or a new one where
 * that has no room (Johnson 1973). What a loader does that fills one row at a time.
 */
export function nextFit(
	lengths: Int32Array,
	capacity: number,
	options: PackerOptions = {},
): Packing {
	const maxSequences = checkLengths(lengths, capacity, options);
	const packOffsets = new Int32Array(lengths.length + 1);
	let packs = 0;
	let left = 0;
	for (let i = 0; i < lengths.length; i++) {
		if (lengths[i] > left || i - packOffsets[packs - 1] >= maxSequences) {
			packOffsets[packs++] = i;
			left = capacity;
		}
		left -= lengths[i];
	}
	packOffsets[packs] = lengths.length;
	return {
		order: asTheyCome(lengths),
		packOffsets: packOffsets.slice(0, packs + 1),
	};
}
