import { roundUp, sum } from "../core/arithmetic.js";
import { optionName, UsageError } from "../core/errors.js";
import type { GroupPlan, PlannedGroup } from "../parallel/group-plan.js";
import { parallelPlans } from "../parallel/parallel-plans.js";
import { planGroups } from "../parallel/plan-groups.js";
import { planMicroBatches } from "../parallel/plan-micro-batches.js";
import type { GroupsTask } from "./resolve-groups.js";
import { rowSquares, rowTokens, type StepRows } from "./step-rows.js";

/** What rows are padded to: a number of tokens, or the longest of their micro-batch; null: they are not. */
export type RowWidth = number | "longest" | null;

/**
 * Shares the rows of a step out among groups of ranks, so that none holds more tokens than it
 * can. Where ranks share rows, sequences are padded, so that they can be cut by document: these
 * tokens count.
 * @param width Where ranks share rows, no longest.
 * @throws UsageError, DataError
 */
export function groupRows(
	task: GroupsTask,
	rows: StepRows,
	width: RowWidth,
): GroupPlan {
	const { rule, ranks, maxTokens, cost } = task;
	const squares = rowSquares(rows);
	if (rule === null) {
		const tokens = asPadded(
			rowTokens(rows, (length) => length),
			width,
		);
		const padded = width === "longest";
		const options = { maxTokens, cost, padded };
		return planMicroBatches({ tokens, squares }, ranks, options);
	}
	const { powersOfTwo } = parallelPlans.find(rule);
	const byDegree = new Map<number, Int32Array>();
	const tokensOnDegree = (degree: number) => {
		const known = byDegree.get(degree);
		if (known !== undefined) return known;
		const own = rowTokens(rows, (length) => roundUp(length, 2 * degree));
		byDegree.set(degree, own);
		return own;
	};
	const isOver = ({ degree, items }: PlannedGroup) => {
		if (degree === 1) return false;
		const own = items.map((item) => tokensOnDegree(degree)[item]);
		return sum(asPadded(own, width)) > degree * maxTokens;
	};
	// Plans that need no more than the tokens themselves are the best.
	for (let multiple = 1; ; ) {
		const own = rowTokens(rows, (length) =>
			powersOfTwo ? roundUp(length, multiple) : length + multiple - 1,
		);
		if (multiple > 1) requireRoom(task, rows, own);
		const tokens = asPadded(own, width);
		const options = { tokensPerDevice: maxTokens, rule, cost };
		const plan = planGroups({ tokens, squares }, ranks, options);
		const over = plan.groups.filter(isOver).map(({ degree }) => degree);
		if (over.length === 0) return plan;
		multiple = Math.max(2 * multiple, 2 * Math.max(...over));
	}
}

/** @throws UsageError where a row that ranks could hold is too long once its sequences are padded */
function requireRoom(
	{ ranks, maxTokens }: GroupsTask,
	{ offsets, lengths }: StepRows,
	padded: Int32Array,
): void {
	const most = padded.reduce((a, b) => Math.max(a, b));
	if (most <= ranks * maxTokens) return;
	const row = padded.indexOf(most);
	const own = lengths.subarray(offsets[row], offsets[row + 1]);
	throw new UsageError(
		"bad-option",
		`row ${row} has ${sum(own)} tokens in ${own.length} sequences, and up to ${most} once each of these is padded, so that ranks can share it; all ${ranks} ranks together hold ${ranks * maxTokens}: give ${optionName("tokensPerDevice", Math.ceil(most / ranks))} or more, or rows of fewer sequences.`,
	);
}

/** Tokens of rows as batches have them: all are as long as the longest, or as the width. */
function asPadded(tokens: Int32Array, width: RowWidth): Int32Array {
	if (typeof width !== "number") return tokens;
	return tokens.map(() => tokens.reduce((a, b) => Math.max(a, b), width));
}
