import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { sees } from "../../src/masks/mask-kinds.js";
import { pathTo } from "../../src/masks/tree.js";
import {
	denseMask,
	denseTreeMask,
	type MaskKind,
	positionIds,
	subtreeEnds,
	type TreeRow,
	targetFrom,
	targetWeights,
	treePositions,
} from "../../src/masks.js";
import { type FittingTrees, prefixTree, splitTrees } from "../../src/pack.js";
import { PlainModel } from "./plain-attention.js";

/** Documents, and which of their tokens are to be trained on. */
interface Documents {
	ids: number[][];
	trained: number[][];
}

/** All trees of documents in one row, and where in it each document's tokens are. */
function rowOf(
	{ ids, trained }: Documents,
	trees: FittingTrees,
): { row: TreeRow; ids: Int32Array; places: number[][] } {
	const { document, start, length, parent } = trees;
	const tokens: number[] = [];
	const starts: number[] = [];
	length.forEach((count, node) => {
		starts.push(tokens.length);
		tokens.push(...ids[document[node]].slice(start[node], start[node] + count));
	});
	const sums = new Int32Array(tokens.length);
	const places: number[][] = [];
	length.forEach((_, node) => {
		const { values, offsets } = trees.ending;
		for (const d of values.subarray(offsets[node], offsets[node + 1])) {
			places[d] = pathTo(parent, node).flatMap((n) =>
				Array.from({ length: length[n] }, (_, i) => starts[n] + i),
			);
			places[d].forEach((place, i) => {
				sums[place] += trained[d][i];
			});
		}
	});
	return {
		row: { seqLengths: length, parents: parent, trained: sums },
		ids: Int32Array.from(tokens),
		places,
	};
}

const SMALL: Documents = {
	// A prompt of three tokens with answers, one of which goes on twice; a document that is
	// the beginning of others; the same one twice; and one apart.
	ids: [
		[1, 2, 3, 4, 1, 2],
		[1, 2, 3, 4, 1, 3, 3],
		[1, 2, 3, 2],
		[1, 2, 3],
		[1, 2, 3, 2],
		[4, 4],
	],
	// What is trained on in one trace is context in another.
	trained: [
		[1, 0, 0, 1, 1, 1],
		[1, 0, 0, 0, 0, 1, 1],
		[1, 0, 0, 1],
		[1, 1, 1],
		[1, 0, 0, 1],
		[1, 1],
	],
};

const MASKS: MaskKind[] = [
	{ kind: "causal" },
	{ kind: "sliding-window", window: 3 },
	{ kind: "lambda", sinks: 1, window: 2 },
];

function random(seed: number): () => number {
	const next = createRandom(seed);
	return () => next() / 2 ** 32;
}

function fitting(documents: Documents, minShared: number, capacity = 64) {
	const lists = documents.ids.map((list) => Int32Array.from(list));
	return splitTrees(prefixTree(lists, { minShared }), capacity);
}

describe("a model on rows of trees", () => {
	for (const [name, minShared, capacity] of [
		["all prefixes shared", 1, 64],
		["those of two tokens and more", 2, 64],
		["trees split, with prefixes repeated", 1, 7],
	] as const)
		for (const mask of MASKS)
			test(`has the logits, loss and gradients of the documents one by one: ${name}, ${mask.kind}`, () => {
				const trees = fitting(SMALL, minShared, capacity);
				const { row, ids, places } = rowOf(SMALL, trees);
				const unrolled = SMALL.ids.reduce((sum, list) => sum + list.length, 0);
				expect(ids.length).toBeLessThan(unrolled);

				const make = () => new PlainModel(5, 8, random(7));
				const ofDocuments = make();
				const alone = SMALL.ids.map((list) =>
					ofDocuments.logits(list, [...list.keys()], (query, key) =>
						sees(mask, { query, key, sequence: 0, layer: 0 }),
					),
				);
				const due = ofDocuments.loss(
					SMALL.ids.flatMap((list, d) =>
						list.slice(1).map((id, i) => ({
							logits: alone[d][i],
							id,
							weight: SMALL.trained[d][i + 1],
						})),
					),
				);

				const ofRow = make();
				const dense = denseTreeMask(row, undefined, mask);
				const logits = ofRow.logits(
					ids,
					treePositions(row),
					(query, key) => dense[query * ids.length + key] === 1,
				);
				places.forEach((of, d) => {
					of.forEach((place, i) => {
						logits[place].forEach(({ number }, token) => {
							expect(Math.abs(number - alone[d][i][token].number)).toBeLessThan(
								1e-9,
							);
						});
					});
				});
				const from = targetFrom(row);
				const weights = targetWeights(row);
				const found = ofRow.loss(
					[...ids].flatMap((id, t) =>
						from[t] === -1
							? []
							: [{ logits: logits[from[t]], id, weight: weights[t] }],
					),
				);
				expect(Math.abs(found.loss - due.loss)).toBeLessThan(1e-9);
				expect(found.gradients).toHaveLength(due.gradients.length);
				expect(
					due.gradients.some((gradient) => Math.abs(gradient) > 0.01),
				).toBe(true);
				found.gradients.forEach((gradient, i) => {
					expect(Math.abs(gradient - due.gradients[i])).toBeLessThan(1e-9);
				});
			});
});

const documents: fc.Arbitrary<Documents> = fc
	.array(
		fc.array(
			fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ max: 1, min: 0 })),
			{
				minLength: 1,
				maxLength: 8,
			},
		),
		{ minLength: 1, maxLength: 8 },
	)
	.map((all) => ({
		ids: all.map((list) => list.map(([id]) => id)),
		trained: all.map((list) => list.map(([, trained]) => trained)),
	}));

describe("what trainers are told of a row of trees", () => {
	test("is what it would be in each document", () => {
		fc.assert(
			fc.property(
				documents,
				fc.integer({ min: 1, max: 3 }),
				fc.integer({ min: 0, max: 3 }),
				(of, minShared, padding) => {
					const trees = fitting(of, minShared, 10);
					const { row, ids, places } = rowOf(of, trees);
					const size = ids.length + padding;
					const positions = treePositions(row, size);
					const from = targetFrom(row, size);
					const weights = targetWeights(row, size);
					const ends = subtreeEnds(row, size);
					const dense = denseTreeMask(row, size);
					const dueWeights = new Int32Array(size);
					const dueFrom = new Int32Array(size).fill(-1);
					const duePositions = new Int32Array(size);
					const seen = new Uint8Array(size * size);
					places.forEach((place, d) => {
						expect(place.map((at) => ids[at])).toEqual(of.ids[d]);
						place.forEach((at, i) => {
							duePositions[at] = i;
							if (i > 0) dueFrom[at] = place[i - 1];
							if (i > 0) dueWeights[at] += of.trained[d][i];
							for (const key of place.slice(0, i + 1))
								seen[at * size + key] = 1;
						});
					});
					for (let i = ids.length; i < size; i++) {
						duePositions[i] = i - ids.length;
						seen.fill(1, i * size + ids.length, i * size + i + 1);
					}
					expect(positions).toEqual(duePositions);
					expect(from).toEqual(dueFrom);
					expect(weights).toEqual(dueWeights);
					expect(dense).toEqual(seen);
					const byEnds = seen.map((_, place) => {
						const key = place % size;
						const query = (place - key) / size;
						return Number(key <= query && query < ends[key]);
					});
					expect(byEnds).toEqual(seen);
				},
			),
		);
	});

	test("counts every document through a node where all is trained on", () => {
		const trees = fitting(SMALL, 1);
		const { row } = rowOf(SMALL, trees);
		const all = { ...row, trained: null, multiplicity: trees.multiplicity };
		const labels = SMALL.ids.reduce((sum, list) => sum + list.length - 1, 0);
		expect(targetWeights(all).reduce((a, b) => a + b, 0)).toBe(labels);
	});

	test("is that of packed sequences where nothing is shared", () => {
		const seqLengths = Int32Array.of(3, 1, 2);
		const row = { seqLengths, parents: Int32Array.of(-1, -1, -1) };
		expect(treePositions(row, 8)).toEqual(positionIds(seqLengths, 8));
		expect(denseTreeMask(row, 8)).toEqual(denseMask(seqLengths, 8));
	});

	test("is refused where nodes are in no preorder", () => {
		const row = {
			seqLengths: Int32Array.of(1, 1, 1),
			parents: Int32Array.of(-1, -1, 0),
		};
		expect(() => treePositions(row)).toThrow(
			"node 2 of a row has the parent 0, and nodes are in depth-first preorder: it is -1, the node before or one above that.",
		);
	});
});
