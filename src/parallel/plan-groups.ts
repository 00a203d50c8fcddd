import { sum } from "../core/arithmetic.js";
import { DataError, optionName, UsageError } from "../core/errors.js";
import { checkCost, type GroupCost, SQUARED_LENGTH } from "./group-cost.js";
import { type GroupPlan, groupPlan } from "./group-plan.js";
import { checkItems, type Items, itemsOfLengths } from "./items.js";
import { type ParallelRule, parallelPlans } from "./parallel-plans.js";
import type { Problem } from "./problem.js";

export interface PlanGroupsOptions {
	/** Tokens that a device holds of a micro-batch. */
	tokensPerDevice: number;
	/** By default `flexsp`. */
	rule?: ParallelRule | undefined;
	/** By default the squared length. */
	cost?: GroupCost | undefined;
	/** By default as many as are best of those that are tried. */
	microBatches?: number | undefined;
	/**
	 * Plans that cost this share more than the best that is found are as good, if their groups
	 * are smaller. By default 0, or 0.05 for a cost without communication: by it the best is
	 * always one group of all devices.
	 */
	slack?: number | undefined;
	/** Lengths count as the next multiple of this. By default 1. */
	multiple?: number | undefined;
}

/**
 * Shares the sequences of a step out to groups of devices: which groups there are in each
 * micro-batch, and what each takes. No device holds more tokens than it can, and every device has
 * a part in every micro-batch.
 * @param lengths Tokens of each sequence, or items.
 * @throws UsageError `bad-option`, `bad-cost`, `unknown-name`, `no-plan`; DataError
 * `no-sequences`, `bad-sequence-length`, `sequence-too-long`
 */
export function planGroups(
	lengths: Int32Array | Items,
	devices: number,
	options: PlanGroupsOptions,
): GroupPlan {
	const { rule = "flexsp", cost: given, multiple = 1 } = options;
	const { tokensPerDevice, microBatches = null } = options;
	const { powersOfTwo, solve } = parallelPlans.find(rule);
	checkNumber("devices", devices);
	checkNumber("tokensPerDevice", tokensPerDevice);
	checkNumber("multiple", multiple);
	if (microBatches !== null) checkNumber("microBatches", microBatches);
	if (powersOfTwo && !Number.isInteger(Math.log2(devices)))
		throw new UsageError(
			"bad-option",
			`${optionName("devices")} is ${devices}, and ${optionName("parallelPlan", rule)} makes groups of powers of two, which share out a power of two: give ${2 ** Math.floor(Math.log2(devices))} or ${2 ** Math.ceil(Math.log2(devices))}, or take one of ${parallelPlans.where((other) => !other.powersOfTwo).join(", ")}.`,
		);
	const cost = given === undefined ? SQUARED_LENGTH : checkCost(given, devices);
	const { slack = cost.communication === undefined ? 0.05 : 0 } = options;
	if (!(slack >= 0 && slack <= 1))
		throw new UsageError(
			"bad-option",
			`slack is ${slack}: give a share from 0 to 1.`,
		);
	const isList = lengths instanceof Int32Array;
	if (isList) checkItems(itemsOfLengths(lengths));
	else checkItems(lengths);
	const items = isList
		? itemsOfLengths(lengths, multiple)
		: { ...lengths, tokens: itemsOfLengths(lengths.tokens, multiple).tokens };
	const problem: Problem = {
		...{ items, devices, capacity: tokensPerDevice, cost, microBatches },
		...{ slack, padded: false },
	};
	checkFits(problem);
	const solution = solve(problem);
	if (solution === null) throw new UsageError("no-plan", whyNone(problem));
	return groupPlan(problem, solution);
}

/** @throws UsageError `bad-option` */
export function checkNumber(option: string, value: number): void {
	if (!Number.isInteger(value) || value < 1)
		throw new UsageError(
			"bad-option",
			`${optionName(option)} is ${value}: give a whole number from 1.`,
		);
}

function checkFits({ items: { tokens }, devices, capacity }: Problem): void {
	for (let i = 0; i < tokens.length; i++)
		if (tokens[i] > devices * capacity)
			throw new DataError(
				"sequence-too-long",
				`sequence ${i} has ${tokens[i]} tokens, and ${devices} devices of ${capacity} tokens hold ${devices * capacity} together: cut it, or raise ${optionName("devices")} or ${optionName("tokensPerDevice")}, to ${Math.ceil(tokens[i] / devices)} at least.`,
			);
}

function whyNone(problem: Problem): string {
	const { devices, capacity, microBatches } = problem;
	const { tokens } = problem.items;
	const all = sum(tokens);
	const some = `${tokens.length} sequences of ${all} tokens`;
	return microBatches === null
		? `there is no way of sharing ${some} out to ${devices} devices of ${capacity} tokens: raise ${optionName("tokensPerDevice")}.`
		: `no way was found of sharing ${some} out in ${microBatches} micro-batches, none empty, of ${devices} devices of ${capacity} tokens: ${Math.ceil(all / (devices * capacity))} hold as many tokens at best; leave out ${optionName("microBatches")}, or raise ${optionName("tokensPerDevice")}.`;
}
