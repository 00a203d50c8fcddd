import type { Packing } from "./packing.js";

/**
 * Turns "sequence s is in pack packOf[s]" into a Packing; inside a pack the
 * sequences keep the order that they have in `sequences`.
 */
export function groupByPack(
	sequences: Int32Array,
	packOf: Int32Array,
	packs: number,
): Packing {
	const packOffsets = new Int32Array(packs + 1);
	for (const pack of packOf) packOffsets[pack + 1]++;
	for (let p = 0; p < packs; p++) packOffsets[p + 1] += packOffsets[p];
	const next = packOffsets.slice(0, packs);
	const order = new Int32Array(sequences.length);
	for (const sequence of sequences) order[next[packOf[sequence]]++] = sequence;
	return { order, packOffsets };
}
