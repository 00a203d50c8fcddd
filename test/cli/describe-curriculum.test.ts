import { expect, test } from "vitest";
import { describeCurriculum } from "../../cli/describe-curriculum.js";
import { widthOf } from "../../cli/width.js";
import type {
	CurriculumPlan,
	PlanStage,
} from "../../src/plan/curriculum-plan.js";

const bucket = (i: number) => ({
	...{ length: 64 + i, batchRows: 8, steps: 1 + (i % 7), leftRows: i % 2 },
});

const stage = (buckets: number) =>
	({
		asked: { schedule: "grow-p2" },
		...{ steps: 4 * buckets, tokens: 1000, offSchedule: 1 },
		pools: { paddedTokens: 1100, leftSequences: 1, sources: [] },
		buckets: Array.from({ length: buckets }, (_, i) => bucket(i)),
	}) as unknown as PlanStage;

const plan = (stages: readonly PlanStage[]) =>
	({
		...{ stages, tokensPerStep: 4096, epochs: 1, batches: "flat" },
		totals: { steps: 99, tokens: 1000, rows: 7, unusedRows: 1, timesUsed: 2 },
	}) as unknown as CurriculumPlan;

const linesOf = (stages: readonly PlanStage[]) => {
	const done = { status: "planned", out: "plan", seconds: 1 };
	return describeCurriculum(done, undefined, plan(stages))
		.trimEnd()
		.split("\n");
};

const rowsOf = (lines: readonly string[]) =>
	lines.reduce((sum, line) => sum + Math.ceil(widthOf(line) / 80), 0);

test("a few buckets are told each by itself", () => {
	const lines = linesOf([stage(3)]);
	expect(
		lines.filter((line) => /^ {4}6[456] {7}\d step/.test(line)),
	).toHaveLength(3);
	expect(lines.join()).not.toContain("more");
});

test("of many buckets, and of many stages, as many as fit one screen", () => {
	for (const stages of [
		[stage(1000)],
		Array.from({ length: 3 }, () => stage(1000)),
		Array.from({ length: 200 }, () => stage(2)),
	]) {
		const lines = linesOf(stages);
		expect(rowsOf(lines)).toBeLessThanOrEqual(23);
		expect(lines.at(-1)).toBe("  seqpack inspect plan shows more");
	}
});
