import fc from "fast-check";
import { expect, test } from "vitest";
import { MergeTable } from "../../src/tokenizer/merge-table.js";
import { WordMerger } from "../../src/tokenizer/merge-word.js";

type Merge = [left: number, right: number];

/** By definition: the lowest rank, the leftmost of equals, until none is left. */
function plain(merges: Merge[], word: number[]): number[] {
	const symbols = [...word];
	for (;;) {
		let best = -1;
		let lowest = Number.POSITIVE_INFINITY;
		for (let i = 0; i + 1 < symbols.length; i++) {
			const rank = merges.findLastIndex(
				([a, b]) => a === symbols[i] && b === symbols[i + 1],
			);
			if (rank !== -1 && rank < lowest) {
				lowest = rank;
				best = i;
			}
		}
		if (best === -1) return symbols;
		symbols.splice(best, 2, 10 + lowest);
	}
}

const merges = fc
	.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 40 })
	.map((list) => list as Merge[]);

test("short and long words are merged as by the definition", () => {
	fc.assert(
		fc.property(
			merges,
			fc.oneof(
				fc.array(fc.nat(4), { maxLength: 48 }),
				fc.array(fc.nat(4), { minLength: 49, maxLength: 200 }),
				fc
					.tuple(fc.nat(4), fc.integer({ min: 1, max: 150 }))
					.map(([symbol, n]) => Array<number>(n).fill(symbol)),
			),
			(list, word) => {
				const table = new MergeTable(list.length);
				list.forEach(([left, right], rank) => {
					table.set(left, right, rank, 10 + rank);
				});
				const symbols = Int32Array.from(word);
				const length = new WordMerger(table).merge(symbols, word.length);
				expect([...symbols.subarray(0, length)]).toEqual(plain(list, word));
			},
		),
		{ numRuns: 500 },
	);
});
