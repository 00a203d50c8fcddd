import { batchKinds } from "../curriculum/batch-kinds.js";
import type { ParentPlan } from "./parent-plan.js";
import { readSteps } from "./read-steps.js";

/** What is to be known of a plan's steps before those are written that go on from it. */
export interface StepsSurvey {
	/** How many of the stages have steps before the first that is another. */
	keptStages: number;
	/** Of the steps from then on, the lengths of each stage, ascending. */
	lengthsOfRest: number[][];
}

/** @throws UsageError where the first step that is another is in the middle of a pool */
export async function surveySteps(parent: ParentPlan): Promise<StepsSurvey> {
	const { plan, directory, from, skip } = parent;
	if (!parent.hasStages && !parent.isRegrouped)
		return { keptStages: plan.stages.length, lengthsOfRest: [] };
	const isPooled = batchKinds.find(plan.batches).items === "sequences";
	const lengths = new Map<number, Set<number>>();
	/** Steps before which a pool begins: the last up to the first that is another, and the next. */
	const border = { before: 0, after: plan.totals.steps };
	let keptStages = 0;
	let pool = "";
	let number = 0;
	for await (const steps of readSteps(directory, plan))
		for (const { stage, offset, length } of steps) {
			if (isPooled) {
				const own = `${stage} ${offset}`;
				if (own !== pool && number <= from) border.before = number;
				if (own !== pool && number >= from)
					border.after = Math.min(border.after, number);
				pool = own;
			}
			if (number < from) keptStages = stage + 1;
			else if (!skip.some(([a, b]) => a <= number && number < b)) {
				const ofStage = lengths.get(stage) ?? new Set();
				lengths.set(stage, ofStage.add(length));
			}
			number++;
		}
	if (isPooled && from < border.after && border.before < from)
		throw parent.refusedStep(border.before, border.after);
	return {
		keptStages,
		lengthsOfRest: [...lengths.values()].map((own) =>
			[...own].sort((a, b) => a - b),
		),
	};
}
