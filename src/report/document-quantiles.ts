import type { Int32Buffer } from "../core/buffers.js";

/** How long documents are, in tokens. */
export interface DocumentQuantiles {
	mean: number;
	/** Half of the documents are not longer, 90 and 99 of 100 are not. */
	median: number;
	p90: number;
	p99: number;
	longest: number;
}

/**
 * @param groups Lengths, and how many documents each of them stands for.
 * @returns null where there are none
 */
export function documentQuantiles(
	groups: readonly { lengths: Int32Buffer; weight: number }[],
): DocumentQuantiles | null {
	const byLength = new Map<number, number>();
	for (const { lengths, weight } of groups)
		for (const length of lengths.view())
			byLength.set(length, (byLength.get(length) ?? 0) + weight);
	if (byLength.size === 0) return null;
	const sorted = [...byLength].sort(([a], [b]) => a - b);
	let all = 0;
	let tokens = 0;
	for (const [length, weight] of sorted) {
		all += weight;
		tokens += length * weight;
	}
	const [longest] = sorted[sorted.length - 1];
	const quantile = (share: number) => {
		let below = 0;
		for (const [length, weight] of sorted) {
			below += weight;
			if (below >= share * all) return length;
		}
		return longest;
	};
	return {
		mean: tokens / all,
		median: quantile(0.5),
		p90: quantile(0.9),
		p99: quantile(0.99),
		longest,
	};
}
