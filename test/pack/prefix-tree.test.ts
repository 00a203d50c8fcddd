import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pathTo } from "../../src/masks/tree.js";
import {
	type FittingTrees,
	type PrefixTrees,
	prefixTree,
	splitTrees,
} from "../../src/pack.js";

/** Documents over three tokens, so that they share prefixes often. */
const documents = fc.array(
	fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 9 }),
	{ maxLength: 12 },
);

const lists = (of: readonly number[][]) =>
	of.map((list) => Int32Array.from(list));

/** The tokens from a root down to a node. */
function tokensTo(
	{
		document,
		start,
		length,
		parent,
	}: Pick<PrefixTrees, "document" | "start" | "length" | "parent">,
	node: number,
	of: readonly number[][],
): number[] {
	return pathTo(parent, node).flatMap((n) =>
		of[document[n]].slice(start[n], start[n] + length[n]),
	);
}

/** The node that each document ends at, of trees that fit. */
function endsOf({ ending }: FittingTrees): Map<number, number> {
	const ends = new Map<number, number>();
	for (let node = 0; node + 1 < ending.offsets.length; node++)
		for (let at = ending.offsets[node]; at < ending.offsets[node + 1]; at++) {
			expect(ends.has(ending.values[at])).toBe(false);
			ends.set(ending.values[at], node);
		}
	return ends;
}

const sum = (values: Iterable<number>) =>
	[...values].reduce((total, value) => total + value, 0);

describe("the trees of the prefixes that documents share", () => {
	test("hold as many tokens as there are different prefixes", () => {
		fc.assert(
			fc.property(documents, (of) => {
				const prefixes = new Set(
					of.flatMap((list) =>
						list.map((_, i) => list.slice(0, i + 1).join(" ")),
					),
				);
				const { length } = prefixTree(lists(of), { minShared: 1 });
				expect(sum(length)).toBe(prefixes.size);
			}),
		);
	});

	test("give every document back, and know what is above what", () => {
		fc.assert(
			fc.property(
				documents,
				fc.integer({ min: 1, max: 4 }),
				(of, minShared) => {
					const trees = prefixTree(lists(of), { minShared });
					const { parent, exit, end, multiplicity, length, start } = trees;
					of.forEach((list, d) => {
						expect(tokensTo(trees, end[d], of)).toEqual(list);
					});
					parent.forEach((above, node) => {
						expect(above).toBeLessThan(node);
						expect(start[node]).toBe(
							above === -1 ? 0 : start[above] + length[above],
						);
						const through = of.filter((_, d) =>
							pathTo(parent, end[d]).includes(node),
						);
						expect(multiplicity[node]).toBe(through.length);
						if (through.length > 1)
							expect(length[node]).toBeGreaterThanOrEqual(minShared);
						for (let other = 0; other < parent.length; other++)
							expect(node <= other && other < exit[node]).toBe(
								pathTo(parent, other).includes(node),
							);
					});
				},
			),
		);
	});

	test("leave apart only what is shorter than asked for", () => {
		fc.assert(
			fc.property(
				documents,
				fc.integer({ min: 1, max: 4 }),
				(of, minShared) => {
					const trees = prefixTree(lists(of), { minShared });
					const { parent, start, length } = trees;
					// Two nodes with one parent begin with fewer tokens that are the same.
					for (let a = 0; a < parent.length; a++)
						for (let b = a + 1; b < parent.length; b++) {
							if (parent[a] !== parent[b]) continue;
							const own = (n: number) =>
								of[trees.document[n]].slice(start[n], start[n] + length[n]);
							const [x, y] = [own(a), own(b)];
							let shared = 0;
							while (shared < x.length && x[shared] === y[shared]) shared++;
							expect(shared).toBeLessThan(minShared);
						}
				},
			),
		);
	});

	test("are the same of a batch and of lists; an empty document is nowhere", () => {
		const ids = Int32Array.of(7, 7, 8, 7, 7);
		const offsets = Int32Array.of(0, 3, 3, 5);
		const trees = prefixTree({ ids, offsets }, { minShared: 2 });
		expect(trees).toEqual(
			prefixTree(lists([[7, 7, 8], [], [7, 7]]), { minShared: 2 }),
		);
		expect([...trees.length]).toEqual([2, 1]);
		expect([...trees.parent]).toEqual([-1, 0]);
		expect([...trees.end]).toEqual([1, -1, 0]);
	});

	test("do not hold a beginning once that is shorter than 16 tokens", () => {
		const of = [15, 16].map((shared) =>
			lists([1, 2].map((last) => [...Array(shared).fill(9), last])),
		);
		expect(of.map((each) => [...prefixTree(each).length])).toEqual([
			[16, 16],
			[16, 1, 1],
		]);
	});

	test("are found among many documents with one long beginning", () => {
		const beginning = Array.from({ length: 300 }, (_, i) => i);
		const of = Array.from({ length: 5000 }, (_, i) =>
			Int32Array.from([...beginning, i % 317, i]),
		);
		const { length } = prefixTree(of, { minShared: 1 });
		expect(sum(length)).toBe(300 + 317 + 5000);
	});

	test("are refused with a length that cannot be", () => {
		expect(() => prefixTree([], { minShared: 0 })).toThrow(
			"minShared is 0: give a whole number from 1 on.",
		);
	});
});

describe("trees that fit a row", () => {
	test("hold each document whole, in one tree, and count what they repeat", () => {
		fc.assert(
			fc.property(
				documents,
				fc.integer({ min: 1, max: 3 }),
				fc.integer({ min: 9, max: 20 }),
				(of, minShared, capacity) => {
					const trees = prefixTree(lists(of), { minShared });
					const fitting = splitTrees(trees, capacity);
					const ends = endsOf(fitting);
					of.forEach((list, d) => {
						const node = ends.get(d);
						expect(node === undefined).toBe(list.length === 0);
						if (node !== undefined)
							expect(tokensTo(fitting, node, of)).toEqual(list);
					});
					const { treeOffsets, sizes, parent, length } = fitting;
					sizes.forEach((size, tree) => {
						const nodes = [treeOffsets[tree], treeOffsets[tree + 1]] as const;
						expect(size).toBe(sum(length.slice(...nodes)));
						expect(size).toBeLessThanOrEqual(capacity);
						const roots = [...parent.slice(...nodes)].filter((p) => p === -1);
						expect(roots).toEqual([-1]);
					});
					// What a row holds a second time begins where a node of another does.
					const seen = new Set<string>();
					let repeated = 0;
					length.forEach((tokens, node) => {
						const key = `${fitting.document[node]} ${fitting.start[node]}`;
						if (seen.has(key)) repeated += tokens;
						seen.add(key);
						expect(fitting.multiplicity[node]).toBeGreaterThan(0);
					});
					expect(fitting.repeatedTokens).toBe(repeated);
					expect(sum(length)).toBe(sum(trees.length) + repeated);
					const unrolled = sum(of.map((list) => list.length));
					expect(
						sum(length.map((tokens, n) => tokens * fitting.multiplicity[n])),
					).toBe(unrolled);
					expect(sum(length)).toBeLessThanOrEqual(unrolled);
				},
			),
		);
	});

	test("are those of the documents where nothing has to be split", () => {
		fc.assert(
			fc.property(documents, (of) => {
				const trees = prefixTree(lists(of), { minShared: 1 });
				const fitting = splitTrees(trees, 200);
				expect(fitting.repeatedTokens).toBe(0);
				expect(fitting.parent).toEqual(trees.parent);
				expect(fitting.multiplicity).toEqual(trees.multiplicity);
			}),
		);
	});

	test("repeat a prompt once for each lot of answers that fits", () => {
		const prompt = Array(60).fill(1);
		const answers = [30, 20, 20, 10].map((tokens, a) => [
			...prompt,
			...Array(tokens).fill(2 + a),
		]);
		const { sizes, repeatedTokens, document, multiplicity } = splitTrees(
			prefixTree(lists(answers)),
			100,
		);
		expect([...sizes]).toEqual([100, 100]);
		expect(repeatedTokens).toBe(60);
		expect([...document]).toEqual([0, 0, 3, 0, 1, 2]);
		expect([...multiplicity]).toEqual([2, 1, 1, 2, 1, 1]);
	});

	test("are refused where a document is longer", () => {
		expect(() => splitTrees(prefixTree(lists([[1, 2, 3]])), 2)).toThrow(
			"a document has 3 tokens or more; trees of 2 tokens hold none that is longer than that.",
		);
	});
});
