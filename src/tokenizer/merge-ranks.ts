/**
 * The field `merge_ranks` of a model: for each merge its rank, where merges share them, as no tokenizer.json
 * says it; see convert/sentencepiece.ts. Null: there is none.
 */
export function readRanks(
	model: Readonly<Record<string, unknown>>,
	count: number,
): Int32Array | null {
	const { merge_ranks: ranks } = model;
	if (!Array.isArray(ranks) || ranks.length !== count) return null;
	const isRank = (rank: unknown) =>
		Number.isInteger(rank) && Number(rank) >= 0 && Number(rank) <= count;
	return ranks.every(isRank) ? Int32Array.from(ranks) : null;
}
