import type { Packing } from "./packing.js";

/** What a pack costs to train on: `perToken` a token and `perSquare` a square of a segment's length. */
export interface CostModel {
	perToken: number;
	perSquare: number;
}

/**
 * 6 h a token and 1/2 a squared token, for a hidden size h of 4096: the matrix
 * products of a layer against its causal attention (WLB-LLM, 2503.17924; hierarchical
 * balance packing, 2503.07680).
 */
export const DEFAULT_COST: CostModel = { perToken: 6 * 4096, perSquare: 0.5 };

/** The sum of squares alone, by which ProLong sorts rows (2410.02660). */
export const SQUARES: CostModel = { perToken: 0, perSquare: 1 };

/**
 * The cost of each pack.
 * @param lengths Tokens of each sequence.
 */
export function packCosts(
	lengths: Int32Array,
	{ order, packOffsets }: Packing,
	{ perToken, perSquare }: CostModel = DEFAULT_COST,
): Float64Array {
	const costs = new Float64Array(packOffsets.length - 1);
	for (let pack = 0; pack < costs.length; pack++)
		for (let at = packOffsets[pack]; at < packOffsets[pack + 1]; at++) {
			const length = lengths[order[at]];
			costs[pack] += perToken * length + perSquare * length * length;
		}
	return costs;
}
