import { sum } from "../core/arithmetic.js";
import { optionName, UsageError } from "../core/errors.js";
import { type CostModel, DEFAULT_COST } from "../pack/cost.js";
import { planEqualGroups } from "./equal-groups.js";
import { checkCost, workOf } from "./group-cost.js";
import { type GroupPlan, groupPlan } from "./group-plan.js";
import { checkItems, type Items } from "./items.js";
import { levelRanks } from "./level-ranks.js";
import { planPadded } from "./padded.js";
import { checkNumber } from "./plan-groups.js";
import type { Problem } from "./problem.js";
import { groupCost } from "./solution-cost.js";

export interface PlanMicroBatchesOptions {
	/** Tokens of a micro-batch of a rank. */
	maxTokens: number;
	/** Whether a micro-batch has as many tokens as its rows times its longest. By default not. */
	padded?: boolean | undefined;
	/** What rows cost, by which ranks are balanced. */
	cost?: CostModel | undefined;
}

/**
 * Cuts a step into micro-batches of at most `maxTokens`: equally many on every rank, none empty,
 * as few as are found, the ranks of each near each other in cost. A group of the plan is what one
 * rank takes in a micro-batch.
 * @throws UsageError `bad-option`, `bad-cost`, `too-few-rows`, `sequence-too-long`; DataError
 * `no-sequences`, `bad-sequence-length`
 */
export function planMicroBatches(
	items: Items,
	ranks: number,
	options: PlanMicroBatchesOptions,
): GroupPlan {
	const { maxTokens, padded = false, cost = DEFAULT_COST } = options;
	checkNumber("worldSize", ranks);
	checkNumber("maxTokensPerMicroBatch", maxTokens);
	checkItems(items);
	const { tokens } = items;
	for (let i = 0; i < tokens.length; i++)
		if (tokens[i] > maxTokens)
			throw new UsageError(
				"sequence-too-long",
				`row ${i} of the step has ${tokens[i]} tokens, and ${optionName("maxTokensPerMicroBatch")} is ${maxTokens}: raise it to ${tokens.reduce((a, b) => Math.max(a, b))}.`,
			);
	const problem: Problem = {
		...{ items, devices: ranks, capacity: maxTokens, padded },
		cost: checkCost(cost, ranks),
		...{ largestDegree: 1, microBatches: null, slack: 0 },
	};
	const microBatches = padded
		? planPadded(problem)
		: planEqualGroups(problem, 1);
	if (microBatches === null)
		throw new UsageError(
			"too-few-rows",
			tokens.length < ranks
				? `a step of ${tokens.length} rows leaves some of ${ranks} ranks without any: take steps of ${ranks} rows or more, or fewer ranks.`
				: `${tokens.length} rows of ${sum(tokens)} tokens do not give each of ${ranks} ranks equally many micro-batches of at most ${maxTokens} tokens, none empty: raise ${optionName("maxTokensPerMicroBatch")}, or take larger steps.`,
		);
	const plan = groupPlan(problem, { microBatches, isExact: false });
	return padded ? plan : levelled(problem, plan);
}

/** The plan with ranks that are level over the whole step, where that can be had. */
function levelled(problem: Problem, plan: GroupPlan): GroupPlan {
	const { items, devices, capacity, cost } = problem;
	const { tokens, squares } = items;
	const works = Float64Array.from(tokens, (length, i) =>
		workOf(cost, length, squares[i], 1),
	);
	const members = levelRanks(plan.groups, devices, works, tokens, capacity);
	if (members === null) return plan;
	const groups = plan.groups.map((group, i) => ({
		...group,
		items: Int32Array.from(members[i]).sort(),
		cost: groupCost(problem, { degree: 1, items: members[i] }),
	}));
	const slowest = new Float64Array(plan.microBatches);
	for (const { microBatch, cost } of groups)
		slowest[microBatch] = Math.max(slowest[microBatch], cost);
	return { ...plan, groups, cost: sum(slowest), isExact: false };
}
