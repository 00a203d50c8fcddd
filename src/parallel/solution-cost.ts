import { sum } from "../core/arithmetic.js";
import { workOf } from "./group-cost.js";
import type { Group, Problem, Solution } from "./problem.js";

/** What a group takes. */
export function groupCost(
	{ items, cost, padded }: Problem,
	{ items: members, degree }: Group,
): number {
	let tokens = 0;
	let squares = 0;
	for (const item of members)
		if (padded) {
			tokens = Math.max(tokens, items.tokens[item]);
			squares = Math.max(squares, items.squares[item]);
		} else {
			tokens += items.tokens[item];
			squares += items.squares[item];
		}
	if (padded) {
		tokens *= members.length;
		squares *= members.length;
	}
	return workOf(cost, tokens, squares, degree) + cost.fixed;
}

/** The sum over micro-batches of the slowest group. */
export function solutionCost(
	problem: Problem,
	{ microBatches }: Solution,
): number {
	return sum(
		microBatches.map((groups) =>
			Math.max(...groups.map((group) => groupCost(problem, group))),
		),
	);
}

/** How many devices a token is shared between, summed over tokens. */
export function solutionSpread(
	{ items: { tokens } }: Problem,
	{ microBatches }: Solution,
): number {
	let spread = 0;
	for (const groups of microBatches)
		for (const { degree, items } of groups)
			for (const item of items) spread += degree * tokens[item];
	return spread;
}
