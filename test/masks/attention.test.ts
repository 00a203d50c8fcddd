import { denseMask, lossWeights, positionIds, shiftLeft } from "seqpack";
import { describe, expect, test } from "vitest";
import { createRandom, randomBelow } from "../../src/core/random.js";

// A small language model in plain arithmetic: an embedding, sines of positions, one
// layer of attention, logits by the embedding again, cross entropy.

const VOCABULARY = 7;
const WIDTH = 4;

type Matrix = number[][];

const dot = (a: number[], b: number[]) =>
	a.reduce((sum, value, i) => sum + value * b[i], 0);

function inputs(embedding: Matrix, ids: number[], positions: number[]): Matrix {
	return ids.map((id, t) =>
		embedding[id].map(
			(value, i) => value + Math.sin(positions[t] / 2 ** i + i),
		),
	);
}

/** Attention under a mask: query t sees key s where mask(t, s). */
function attend(x: Matrix, mask: (t: number, s: number) => boolean): Matrix {
	return x.map((query, t) => {
		const scores = x.map((key, s) =>
			mask(t, s) ? Math.exp(dot(query, key) / Math.sqrt(WIDTH)) : 0,
		);
		const total = scores.reduce((a, b) => a + b, 0);
		return query.map(
			(_, i) => x.reduce((sum, v, s) => sum + scores[s] * v[i], 0) / total,
		);
	});
}

function crossEntropy(embedding: Matrix, hidden: number[], target: number) {
	const logits = embedding.map((row) => dot(row, hidden));
	const log = Math.log(logits.reduce((sum, l) => sum + Math.exp(l), 0));
	return log - logits[target];
}

/** The losses of a document alone, one for each token that has a predecessor. */
function lossesAlone(embedding: Matrix, ids: number[]): number[] {
	const hidden = attend(
		inputs(
			embedding,
			ids,
			ids.map((_, t) => t),
		),
		(t, s) => s <= t,
	);
	return ids
		.slice(1)
		.map((target, t) => crossEntropy(embedding, hidden[t], target));
}

const random = createRandom(11);
const embedding: Matrix = Array.from({ length: VOCABULARY }, () =>
	Array.from({ length: WIDTH }, () => random() / 2 ** 32 - 0.5),
);
const documentOf = (length: number) =>
	Array.from({ length }, () => randomBelow(random, VOCABULARY));
/** Two rows of 12 with three and two documents, one of a single token. */
const rowLength = 12;
const rows = [
	[documentOf(5), documentOf(1), documentOf(4)],
	[documentOf(3), documentOf(9)],
];

function packed(documents: number[][]) {
	const seqLengths = Int32Array.from(documents, ({ length }) => length);
	const ids = documents.flat();
	while (ids.length < rowLength) ids.push(0);
	const mask = denseMask(seqLengths, rowLength);
	return {
		seqLengths,
		ids,
		positions: [...positionIds(seqLengths, rowLength)],
		mask: (t: number, s: number) => mask[t * rowLength + s] === 1,
	};
}

test("attention over a packed row is attention over each document alone", () => {
	for (const documents of rows) {
		const { ids, positions, mask } = packed(documents);
		const hidden = attend(inputs(embedding, ids, positions), mask);
		let at = 0;
		for (const document of documents) {
			const alone = attend(
				inputs(
					embedding,
					document,
					document.map((_, t) => t),
				),
				(t, s) => s <= t,
			);
			for (const row of alone) {
				for (let i = 0; i < WIDTH; i++)
					expect(Math.abs(row[i] - hidden[at][i])).toBeLessThan(1e-6);
				at++;
			}
		}
	}
});

describe.each(["token", "document"] as const)(
	"loss weights by %s",
	(weighting) => {
		const unpackedLoss = (weights: Matrix) => {
			const losses = rows.flat().map((ids) => lossesAlone(weights, ids));
			const mean = (list: number[]) =>
				list.reduce((a, b) => a + b, 0) / list.length;
			return weighting === "token"
				? mean(losses.flat())
				: mean(losses.filter((list) => list.length > 0).map(mean));
		};
		const packedLoss = (weights: Matrix) => {
			const all = rows.map(packed);
			const lossWeight = lossWeights(all, weighting, rowLength);
			let loss = 0;
			for (const [r, { ids, positions, mask }] of all.entries()) {
				const hidden = attend(inputs(weights, ids, positions), mask);
				const shifted = shiftLeft(lossWeight[r], 0);
				for (let t = 0; t < rowLength; t++)
					if (shifted[t] > 0)
						loss += shifted[t] * crossEntropy(weights, hidden[t], ids[t + 1]);
			}
			return loss;
		};
		/** By central differences, of every weight. */
		const gradient = (loss: (weights: Matrix) => number) =>
			embedding.flatMap((row, v) =>
				row.map((_, i) => {
					const moved = (step: number) =>
						loss(
							embedding.map((r, u) =>
								r.map((value, j) =>
									u === v && j === i ? value + step : value,
								),
							),
						);
					return (moved(1e-4) - moved(-1e-4)) / 2e-4;
				}),
			);

		test("give the loss and the gradient of training without packing", () => {
			expect(packedLoss(embedding)).toBeCloseTo(unpackedLoss(embedding), 10);
			const due = gradient(unpackedLoss);
			const got = gradient(packedLoss);
			expect(Math.max(...due.map(Math.abs))).toBeGreaterThan(0.01);
			for (const [i, value] of due.entries())
				expect(Math.abs(got[i] - value)).toBeLessThan(1e-6);
		});
	},
);
