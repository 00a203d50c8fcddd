import { counted, grouped, percent } from "../src/core/number-texts.js";
import {
	EVEN,
	type GroupsSummary,
	type PlanGroups,
} from "../src/plan/groups-file.js";
import type { Line } from "./fit-lines.js";

/** What a plan says of its groups of ranks, in lines. */
export function describeGroups(
	{ ranks, maxTokens, rule, degrees, summary }: PlanGroups,
	steps: number,
): Line[] {
	const { microBatches, meanGap, worstGap, exactSteps } = summary;
	const { meanImbalance, worstImbalance } = summary;
	const lines: Line[] = [
		[
			"ranks",
			`${grouped(ranks)}, of at most ${counted(maxTokens, "token")} in a micro-batch${rule === null ? "" : `, in groups of ${degrees.map(grouped).join(", ")}`}`,
		],
		[
			"batches",
			`${counted(microBatches, "micro-batch", "micro-batches")}, ${(microBatches / steps).toFixed(2)} a step`,
		],
		[
			"predicted",
			`${amount(summary.predicted)} for all steps, ${over(meanGap)} above what no plan beats; ${over(worstGap)} in the worst step`,
		],
		[
			"balance",
			`the busiest rank of a step has ${meanImbalance.toFixed(4)} times the mean; ${worstImbalance.toFixed(4)} in the worst step`,
		],
	];
	if (exactSteps > 0)
		lines.push([
			"exact",
			`${exactSteps === steps ? "all steps" : counted(exactSteps, "step")}: a search has shown that no other groups are faster`,
		]);
	return [...lines, ...describeUneven(summary)];
}

function describeUneven({
	unevenSteps,
	leastImbalance,
}: GroupsSummary): Line[] {
	if (unevenSteps === 0) return [];
	return [
		[
			"uneven",
			`${counted(unevenSteps, "step")} above ${EVEN}; the worst of them can have no less than ${leastImbalance.toFixed(4)}, by its longest sequence and the mean`,
		],
	];
}

const over = (ratio: number) => percent(ratio - 1);

const amount = (cost: number) =>
	cost < 1e6 ? cost.toPrecision(6) : cost.toExponential(3);
