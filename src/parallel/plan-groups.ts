import { roundUp, sum } from "../core/arithmetic.js";
import { optionName, UsageError } from "../core/errors.js";
import { checkCost, type GroupCost, SQUARED_LENGTH } from "./group-cost.js";
import { type GroupPlan, groupPlan } from "./group-plan.js";
import { checkItems, type Items, itemsOfLengths, roundedUp } from "./items.js";
import { type ParallelRule, parallelPlans } from "./parallel-plans.js";
import type { Problem } from "./problem.js";

/** Of one item: they are 32-bit integers. */
const MOST_TOKENS = 2 ** 31 - 1;
const MOST_DEVICES = 2 ** 17;

export interface PlanGroupsOptions {
	/** Tokens that a device holds of a micro-batch. */
	tokensPerDevice: number;
	/** By default `flexsp`. */
	rule?: ParallelRule | undefined;
	/** By default the squared length. */
	cost?: GroupCost | undefined;
	/** For flexsp and hbp; by default as many as they find to be best, or to be enough. */
	microBatches?: number | undefined;
	/**
	 * For flexsp: plans that cost this share more than the best that is found are as good, if their groups
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
 * @throws UsageError `bad-option`, `bad-cost`, `unknown-name`, `no-plan`, `sequence-too-long`; DataError
 * `no-sequences`, `bad-sequence-length`
 */
export function planGroups(
	lengths: Int32Array | Items,
	devices: number,
	options: PlanGroupsOptions,
): GroupPlan {
	const { rule = "flexsp", multiple = 1 } = options;
	const { tokensPerDevice, microBatches = null } = options;
	const { takesMicroBatches, solve } = parallelPlans.find(rule);
	checkNumber("devices", devices, MOST_DEVICES);
	checkNumber("tokensPerDevice", tokensPerDevice);
	checkNumber("multiple", multiple);
	if (microBatches !== null) checkNumber("microBatches", microBatches);
	if (microBatches !== null && !takesMicroBatches)
		throw new UsageError(
			"bad-option",
			`${optionName("microBatches")} is not for ${rule}, which makes as many micro-batches as it needs: leave it out.`,
		);
	requireDevices(rule, devices);
	const cost =
		options.cost === undefined
			? SQUARED_LENGTH
			: checkCost(options.cost, devices);
	const { slack = cost.communication === undefined ? 0.05 : 0 } = options;
	if (!(slack >= 0 && slack <= 1))
		throw new UsageError(
			"bad-option",
			`slack is ${slack}: give a share from 0 to 1.`,
		);
	const given =
		lengths instanceof Int32Array ? itemsOfLengths(lengths) : lengths;
	checkItems(given);
	checkFits(given.tokens, devices, tokensPerDevice, multiple);
	const items =
		"squares" in lengths
			? { ...lengths, tokens: roundedUp(lengths.tokens, multiple) }
			: itemsOfLengths(lengths, multiple);
	const problem: Problem = {
		...{ items, devices, capacity: tokensPerDevice, cost, microBatches },
		...{ largestDegree: devices, slack, padded: false },
	};
	const solution = solve(problem);
	if (solution === null) throw new UsageError("no-plan", whyNone(problem));
	return groupPlan(problem, solution);
}

/** @throws UsageError `bad-option` */
export function checkNumber(
	option: string,
	value: number,
	most = Number.POSITIVE_INFINITY,
): void {
	if (Number.isInteger(value) && value >= 1 && value <= most) return;
	const range = most === Number.POSITIVE_INFINITY ? "" : ` to ${most}`;
	throw new UsageError(
		"bad-option",
		`${optionName(option)} is ${value}: give a whole number from 1${range}.`,
	);
}

function checkFits(
	tokens: Int32Array,
	devices: number,
	capacity: number,
	multiple: number,
): void {
	const room = Math.min(devices * capacity, MOST_TOKENS);
	for (let i = 0; i < tokens.length; i++) {
		const rounded = roundUp(tokens[i], multiple);
		if (rounded <= room) continue;
		const counted = rounded === tokens[i] ? "" : `, which count as ${rounded}`;
		throw new UsageError(
			"sequence-too-long",
			`sequence ${i} has ${tokens[i]} tokens${counted}, and ${devices} devices of ${capacity} tokens hold ${room} together: cut it, take more devices, or raise ${optionName("tokensPerDevice")} to ${Math.ceil(rounded / devices)}.`,
		);
	}
}

function whyNone({ items, devices, capacity, microBatches }: Problem): string {
	const all = sum(items.tokens);
	return `no way was found of sharing ${items.tokens.length} sequences of ${all} tokens out in ${microBatches} micro-batches, none empty, of ${devices} devices of ${capacity} tokens: ${Math.ceil(all / (devices * capacity))} micro-batches at least are needed. Leave out ${optionName("microBatches")}, or raise ${optionName("tokensPerDevice")}.`;
}

/** @throws UsageError `bad-option` where a rule cannot share out so many devices */
export function requireDevices(rule: ParallelRule, devices: number): void {
	if (
		!parallelPlans.find(rule).powersOfTwo ||
		Number.isInteger(Math.log2(devices))
	)
		return;
	throw new UsageError(
		"bad-option",
		`${optionName("devices")} is ${devices}, and ${optionName("parallelPlan", rule)} makes groups of powers of two, which share out a power of two: give ${2 ** Math.floor(Math.log2(devices))} or ${2 ** Math.ceil(Math.log2(devices))}, or take one of ${parallelPlans.where((other) => !other.powersOfTwo).join(", ")}.`,
	);
}
