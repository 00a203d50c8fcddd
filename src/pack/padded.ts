import { checkLengths, type PackerOptions, type Packing } from "./packing.js";
import { asTheyCome } from "./sequence-orders.js";

/** One sequence a row: what packing is measured against. */
export function padded(
	lengths: Int32Array,
	capacity: number,
	options: PackerOptions = {},
): Packing {
	checkLengths(lengths, capacity, options);
	const packOffsets = new Int32Array(lengths.length + 1);
	for (let i = 0; i < packOffsets.length; i++) packOffsets[i] = i;
	return { order: asTheyCome(lengths), packOffsets };
}
