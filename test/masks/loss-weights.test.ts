import fc from "fast-check";
import { lossWeights } from "seqpack/masks";
import { expect, test } from "vitest";

/**
 * LongWriter's weights of a batch: each token of an answer has 1 over the tokens of the answer, and
 * the sum of the losses is divided by the sum of the weights (sort_and_group.py, modeling_glm.py).
 */
function longWriter(batch: { prompt: number; answer: number }[][]): number[][] {
	const rows = batch.map((row) =>
		row.flatMap(({ prompt, answer }) => [
			...new Array<number>(prompt).fill(0),
			...new Array<number>(answer).fill(1 / answer),
		]),
	);
	const sum = rows.flat().reduce((total, weight) => total + weight, 0);
	return rows.map((row) => row.map((weight) => weight / sum));
}

const stepRows = (batch: { prompt: number; answer: number }[][]) =>
	batch.map((row) => ({
		seqLengths: Int32Array.from(row, ({ prompt, answer }) => prompt + answer),
		lossMask: row.flatMap(({ prompt, answer }) => [
			...new Array<number>(prompt).fill(0),
			...new Array<number>(answer).fill(1),
		]),
	}));

test("a case by hand: answers of 2, 4 and 1 tokens count a third each", () => {
	const rows = stepRows([
		[
			{ prompt: 1, answer: 2 },
			{ prompt: 2, answer: 4 },
		],
		[{ prompt: 3, answer: 1 }],
	]);
	const third = 1 / 3;
	const due = [
		[0, third / 2, third / 2, 0, 0, ...new Array(4).fill(third / 4)],
		[0, 0, 0, third],
	];
	for (const weighting of ["document", "answer"] as const)
		lossWeights(rows, weighting).forEach((weights, row) => {
			expect(weights.length).toBe(due[row].length);
			weights.forEach((weight, i) => {
				expect(weight).toBeCloseTo(due[row][i], 12);
			});
		});
});

test("LongWriter's weights are those by document, and by answer where each document has one", () => {
	const example = fc.record({
		prompt: fc.integer({ min: 1, max: 9 }),
		answer: fc.integer({ min: 1, max: 30 }),
	});
	const step = fc.array(fc.array(example, { minLength: 1, maxLength: 5 }), {
		minLength: 1,
		maxLength: 4,
	});
	fc.assert(
		fc.property(step, (batch) => {
			const due = longWriter(batch).flat();
			for (const weighting of ["document", "answer"] as const) {
				const found = lossWeights(stepRows(batch), weighting).flatMap(
					(weights) => [...weights],
				);
				expect(found.length).toBe(due.length);
				found.forEach((weight, i) => {
					expect(weight).toBeCloseTo(due[i], 12);
				});
			}
		}),
	);
});
