import { sum } from "../core/arithmetic.js";
import type { PlanContext } from "../curriculum/plan-context.js";
import type { CurriculumPlan, PlanStage } from "./curriculum-plan.js";
import type { KeptSteps } from "./keep-steps.js";
import type { ParentPlan } from "./parent-plan.js";

/** What a plan says of those that it goes on from. */
export function familyOf(
	{ plan }: ParentPlan,
	{ same, skipped }: KeptSteps,
): Pick<CurriculumPlan, "parents" | "skipped"> {
	const before = (plan.parents ?? []).map(({ planHash, step }) => ({
		planHash,
		step: Math.min(step, same),
	}));
	return {
		parents: [{ planHash: plan.planHash, step: same }, ...before],
		...(skipped.length > 0 && { skipped }),
	};
}

/** What a plan has in its steps, and of the epochs in none; where a part of the steps is another plan's. */
export function rowsWithKept(
	{ datasets, epochs }: PlanContext,
	stages: readonly PlanStage[],
	kept: KeptSteps,
): Pick<CurriculumPlan["totals"], "rows" | "unusedRows"> {
	const inSteps = kept.inSteps.map((rows) => new Map(rows));
	for (const { buckets } of stages.slice(kept.stages.length))
		for (const { length, sources } of buckets)
			for (const { dataset, rows } of sources) {
				const known = inSteps[dataset].get(length) ?? 0;
				inSteps[dataset].set(length, known + rows);
			}
	const rows = sum(inSteps.flatMap((of) => [...of.values()]));
	const unused = datasets.flatMap((buckets, dataset) =>
		buckets.map(({ length, rows: all }) =>
			Math.max(0, all * epochs - (inSteps[dataset].get(length) ?? 0)),
		),
	);
	return { rows, unusedRows: sum(unused) };
}

/** What was left out, all together. */
export function skippedTotals({
	skipped,
}: KeptSteps): Pick<CurriculumPlan["totals"], "skipped"> {
	return {
		skipped: {
			steps: sum(skipped.map(({ steps }) => steps)),
			rows: sum(skipped.map(({ rows }) => rows)),
			tokens: sum(skipped.map(({ tokens }) => tokens)),
		},
	};
}
