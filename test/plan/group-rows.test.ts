import fc from "fast-check";
import { expect, test } from "vitest";
import { SeqpackError } from "../../src/core/errors.js";
import { SQUARED_LENGTH } from "../../src/parallel/group-cost.js";
import { parallelPlans } from "../../src/parallel/parallel-plans.js";
import { groupRows } from "../../src/plan/group-rows.js";
import type { StepRows } from "../../src/plan/step-rows.js";

/** Rows of some sequences each. */
const step = fc.array(
	fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 4 }),
	{ minLength: 1, maxLength: 40 },
);

function stepRows(rows: readonly (readonly number[])[]): StepRows {
	const offsets = new Int32Array(rows.length + 1);
	for (const [i, row] of rows.entries())
		offsets[i + 1] = offsets[i] + row.length;
	const lengths = Int32Array.from(rows.flat());
	return { lengths, offsets, labels: new Int32Array(rows.length) };
}

const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);

test("groups have each row once and every rank, and hold their rows with the padding of shares", () => {
	let planned = 0;
	let padded = 0;
	fc.assert(
		fc.property(
			step,
			fc.constantFrom(...parallelPlans.names, null),
			fc.integer({ min: 0, max: 3 }),
			fc.integer({ min: 0, max: 3 }),
			fc.integer({ min: 0, max: 60 }),
			fc.boolean(),
			(rows, rule, power, more, spare, isPadded) => {
				const anyNumber =
					rule === null || !parallelPlans.find(rule).powersOfTwo;
				const ranks = 2 ** power + (anyNumber ? more : 0);
				const longest = Math.max(...rows.map(sum));
				const shared = rule === null ? 1 : ranks;
				const maxTokens = Math.ceil(longest / shared) + spare;
				const width = isPadded ? longest : null;
				const task = { rule, ranks, maxTokens, cost: SQUARED_LENGTH };
				let plan: ReturnType<typeof groupRows>;
				try {
					plan = groupRows(task, stepRows(rows), width);
				} catch (error) {
					// Of tight ones there may be none.
					if (!(error instanceof SeqpackError)) throw error;
					return;
				}
				planned++;
				const items = plan.groups.flatMap((group) => [...group.items]);
				expect(items.toSorted((a, b) => a - b)).toEqual([...rows.keys()]);
				for (let part = 0; part < plan.microBatches; part++) {
					let next = 0;
					for (const { microBatch, firstRank, degree, items } of plan.groups) {
						if (microBatch !== part) continue;
						expect(firstRank).toBe(next);
						next += degree;
						expect(items.length).toBeGreaterThan(0);
						const multiple = degree === 1 ? 1 : 2 * degree;
						const tokens = Array.from(items, (item) =>
							sum(rows[item].map((n) => Math.ceil(n / multiple) * multiple)),
						);
						const plain = sum(
							Array.from(items, (item) => sum([...rows[item]])),
						);
						if (sum(tokens) > plain) padded++;
						const held =
							width === null
								? sum(tokens)
								: items.length *
									(degree === 1 ? width : Math.max(width, ...tokens));
						expect(held).toBeLessThanOrEqual(degree * maxTokens);
					}
					expect(next).toBe(ranks);
				}
			},
		),
		{ numRuns: 300 },
	);
	expect(planned).toBeGreaterThan(100);
	expect(padded).toBeGreaterThan(50);
});

test("a row whose many sequences are too long once they are padded is refused with numbers that help", () => {
	const rows = stepRows([new Array(63).fill(1), new Array(64).fill(1)]);
	const planned = (maxTokens: number, width: number | null = null) =>
		groupRows(
			{ rule: "flexsp", ranks: 8, maxTokens, cost: SQUARED_LENGTH },
			rows,
			width,
		);
	for (const width of [null, 64])
		expect(() => planned(8, width)).toThrow(
			"row 1 has 64 tokens in 64 sequences, and up to 1024 once each of these is padded, so that ranks can share it; all 8 ranks together hold 64: give tokensPerDevice: 128 or more, or rows of fewer sequences.",
		);
	expect(planned(128).microBatches).toBe(1);
});
