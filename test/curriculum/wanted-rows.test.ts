import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { resolveOptions } from "../../src/core/resolve-options.js";
import { planStage } from "../../src/curriculum/plan-stage.js";
import { stageTable } from "../../src/curriculum/stage-options.js";

/** Rows of each dataset in a stage of packed rows, whose datasets have so many. */
function rowsOf(
	counts: readonly number[],
	weights: number[],
	steps: number,
	rowsOfStep: number,
) {
	const length = 1024;
	const tokensPerStep = rowsOfStep * length;
	const tokens = steps * tokensPerStep;
	const stage = resolveOptions(stageTable, { weights, tokens });
	const { buckets } = planStage(
		{
			datasets: counts.map((rows) => [{ length, rows }]),
			...{ tokensPerStep, worldSize: 1, epochs: 1 },
			used: counts.map(() => new Map()),
		},
		stage,
		createRandom(0),
	);
	const rows = counts.map(() => 0);
	for (const source of buckets[0].sources) rows[source.dataset] = source.rows;
	return { rows, steps: buckets[0].steps };
}

test("320 steps of ProLong's first stage take each domain within a row of its share", () => {
	const weights = [0.3, 0.3, 0.1, 0.1, 0.04, 0.04, 0.03, 0.03, 0.03, 0.03];
	const { rows, steps } = rowsOf(Array(10).fill(50), weights, 320, 64);
	expect(steps).toBe(320);
	expect(rows.reduce((a, b) => a + b)).toBe(320 * 64);
	rows.forEach((n, domain) => {
		expect(Math.abs(n - 320 * 64 * weights[domain])).toBeLessThan(1);
	});
});

test("steps are as many as the tokens make, and each dataset has its share to a row", () => {
	fc.assert(
		fc.property(
			fc.array(fc.tuple(fc.integer({ min: 1, max: 500 }), fc.nat(100)), {
				minLength: 1,
				maxLength: 12,
			}),
			fc.integer({ min: 1, max: 50 }),
			fc.integer({ min: 1, max: 50 }),
			(datasets, steps, rowsOfStep) => {
				const weights = datasets.map(([, weight]) => weight);
				const sum = weights.reduce((a, b) => a + b, 0);
				const all = datasets.reduce((a, [rows]) => a + rows, 0);
				fc.pre(sum > 0 && all >= rowsOfStep);
				const found = rowsOf(
					...([datasets.map(([rows]) => rows), weights] as const),
					...([steps, rowsOfStep] as const),
				);
				expect(found.steps).toBe(steps);
				found.rows.forEach((n, i) => {
					const share = (steps * rowsOfStep * weights[i]) / sum;
					expect(Math.abs(n - share)).toBeLessThan(1);
				});
			},
		),
	);
});
