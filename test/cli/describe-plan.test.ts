import { expect, test } from "vitest";
import { describePlan } from "../../cli/describe-plan.js";
import { widthOf } from "../../cli/width.js";
import type { CurriculumPlan } from "../../src/plan/curriculum-plan.js";

/** A plan of so many stages, each with so many lengths, and with all that a summary can tell of. */
function planOf(stages: number, lengths: number): CurriculumPlan {
	return {
		...{ batches: "bucketed", tokensPerStep: 65_536, epochs: 1 },
		totals: {
			...{ steps: 1000, rows: 12_345, unusedRows: 7, timesUsed: 2.5 },
			skipped: { steps: 3, tokens: 196_608 },
		},
		stages: Array.from({ length: stages }, (_, stage) => ({
			...{ steps: 100 + stage, tokensPerStep: 65_536, offSchedule: 4 },
			pools: null,
			asked: { schedule: "natural", weightsAt: [[5000, {}]] },
			buckets: Array.from({ length: lengths }, (_, i) => ({
				...{ length: 16 * (i + 1), batchRows: 8, steps: i, leftRows: i },
			})),
		})),
	} as unknown as CurriculumPlan;
}

const done = { status: "planned", out: "plan", seconds: 1 };
const described = (stages: number, lengths: number) =>
	describePlan(done, undefined, planOf(stages, lengths));

test("what a plan came to is told of each stage and length", () => {
	expect(described(2, 2)).toMatchInlineSnapshot(`
		"Planned plan in 1.0 s
		  steps      1,000 of 65,536 tokens
		  skipped    3 steps of 196,608 tokens
		  stage 1    100 steps of 65,536 tokens, natural
		    16       0 steps of 8 rows
		    32       1 step of 8 rows; 1 row fills none
		  weights    not those of the point at 5,000: the stage ends at 100 steps
		  schedule   4 steps of another length than it says, for want of data
		  stage 2    101 steps of 65,536 tokens, natural
		    16       0 steps of 8 rows
		    32       1 step of 8 rows; 1 row fills none
		  weights    not those of the point at 5,000: the stage ends at 101 steps
		  schedule   4 steps of another length than it says, for want of data
		  repeated   some data is used up to 3 times, to have as many tokens as asked for
		  rows       12,345 in steps, 7 in none
		"
	`);
});

test("and fits one screen, however many there are", () => {
	for (const stages of [1, 2, 3, 5, 100])
		for (const lengths of [1, 12, 100]) {
			const text = described(stages, lengths);
			const rows = text
				.trimEnd()
				.split("\n")
				.reduce((sum, line) => sum + Math.ceil(widthOf(line) / 80), 0);
			expect(rows, text).toBeLessThan(24);
			if (stages * lengths > 20) expect(text).toContain("seqpack inspect plan");
		}
	expect(described(1, 100)).toMatch(/and 9\d more lengths, /);
	expect(described(100, 1)).toMatch(/and 9\d more stages, /);
});
