/**
 * `thd_get_partitioned_indices` of Transformer Engine, thread by thread
 * (transformer_engine/common/fused_attn/context_parallel.cu).
 */
export function partitionedIndices(
	cuSeqlensPadded: ArrayLike<number>,
	totalTokens: number,
	worldSize: number,
	rank: number,
): number[] {
	const borders = Array.from(cuSeqlensPadded, (border) => {
		if (border % (2 * worldSize) !== 0) throw new Error("assert");
		return border / worldSize;
	});
	return Array.from({ length: totalTokens / worldSize }, (_, token) => {
		const sequence = borders.findLastIndex((border) => border <= token);
		const length = borders[sequence + 1] - borders[sequence];
		const index = token - borders[sequence];
		const offset = index < length / 2 ? rank : (worldSize - 1) * 2 - rank;
		return index + borders[sequence] * worldSize + (length / 2) * offset;
	});
}
