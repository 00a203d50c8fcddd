import type { Component } from "./component.js";

/**
 * The field `merge_ranks` of a model: for each merge its rank, where merges share them, as no tokenizer.json
 * says it; see convert/sentencepiece.ts. Null: there is none.
 */
export function readRanks(model: Component, count: number): Int32Array | null {
	const ranks = model.rawOfConverted("merge_ranks");
	if (!Array.isArray(ranks) || ranks.length !== count) return null;
	const isRank = (rank: unknown) =>
		Number.isInteger(rank) && Number(rank) >= 0 && Number(rank) <= count;
	return ranks.every(isRank) ? Int32Array.from(ranks) : null;
}
