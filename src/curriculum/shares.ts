import { optionName, UsageError } from "../core/errors.js";
import { quoted } from "../core/text.js";
import type { DatasetPart } from "./plan-context.js";
import type { Stage } from "./stage-options.js";

/** What each part of the datasets has of the tokens of a stage. */
export interface Shares {
	/** Of each part; they add up to 1, or all are 0. */
	shares: number[];
	/** Of each part, the number of those that have a share to a row together. */
	groups: number[];
}

/**
 * The shares that a stage asks for. Those of a dataset's strata, or of a stratum's datasets, are
 * as the tokens that each has.
 * @param left Tokens of each part that the epochs have left. @param all Tokens of each part.
 * @throws UsageError `bad-option`, `unknown-name`
 */
export function sharesOf(
	{ weights, strataWeights }: Pick<Stage, "weights" | "strataWeights">,
	parts: readonly DatasetPart[],
	left: readonly number[],
	all: readonly number[],
): Shares {
	const ofDataset = parts.map(({ dataset }) => dataset);
	const within = (groups: readonly number[], weights: readonly number[]) =>
		normalized(withinGroups(groups, weights, left, all));
	if (strataWeights === undefined)
		return {
			shares:
				weights === undefined
					? normalized(left)
					: within(ofDataset, checked(weights, sumsOf(ofDataset, all))),
			groups: ofDataset,
		};
	const names = Object.keys(strataWeights);
	requireStrata(names, parts);
	const ofStratum = parts.map(({ stratum }) =>
		stratum === null ? names.length : names.indexOf(stratum),
	);
	const ofStrata = [...names.map((name) => strataWeights[name]), 0];
	requireTokens(names, ofStrata, sumsOf(ofStratum, all));
	if (weights === undefined)
		return { shares: within(ofStratum, ofStrata), groups: ofStratum };
	checked(weights, sumsOf(ofDataset, all));
	const shares = parts.map(
		({ dataset }, part) => weights[dataset] * ofStrata[ofStratum[part]],
	);
	for (const [part, share] of shares.entries())
		if (share > 0 && all[part] === 0)
			throw new UsageError(
				"bad-option",
				`dataset ${parts[part].dataset + 1} has no rows of the stratum ${parts[part].stratum} in the buckets of this stage: leave out ${optionName("weights")}, or give one of the two a weight of 0.`,
			);
	return { shares: normalized(shares), groups: parts.map((_, part) => part) };
}

/** What each of the groups comes to. */
export function sumsOf(
	groups: readonly number[],
	values: readonly number[],
): number[] {
	const sums = new Array<number>(Math.max(0, ...groups) + 1).fill(0);
	for (const [i, group] of groups.entries()) sums[group] += values[i];
	return sums;
}

/** What is given to groups, shared out in each as what it has left, or else as all that it has. */
function withinGroups(
	groups: readonly number[],
	weights: readonly number[],
	left: readonly number[],
	all: readonly number[],
): number[] {
	const sums = sumsOf(groups, left);
	const totals = sumsOf(groups, all);
	return groups.map((group, i) => {
		const [own, sum] =
			sums[group] > 0 ? [left[i], sums[group]] : [all[i], totals[group]];
		return sum === 0 ? 0 : (weights[group] * own) / sum;
	});
}

/** @throws UsageError where strata are named that are not there, or not all are */
function requireStrata(
	names: readonly string[],
	parts: readonly DatasetPart[],
): void {
	const there = new Set(
		parts.map(({ stratum }) => stratum).filter((name) => name !== null),
	);
	const unknown = names.find((name) => !there.has(name));
	if (unknown !== undefined)
		throw new UsageError(
			"unknown-name",
			`${optionName("strataWeights")} names ${quoted(unknown)}, and the strata of the datasets are ${[...there].join(", ") || "none"}.`,
		);
	const missing = [...there].find((name) => !names.includes(name));
	if (missing !== undefined)
		throw new UsageError(
			"bad-option",
			`${optionName("strataWeights")} has no weight for the stratum ${missing}: give one for each, 0 to leave it out.`,
		);
}

function requireTokens(
	names: readonly string[],
	weights: readonly number[],
	tokens: readonly number[],
): void {
	if (weights.every((weight) => weight === 0))
		throw new UsageError(
			"bad-option",
			`all weights (${optionName("strataWeights")}) are 0.`,
		);
	for (const [i, name] of names.entries())
		if (weights[i] > 0 && tokens[i] === 0)
			throw new UsageError(
				"bad-option",
				`the stratum ${name} has a weight of ${weights[i]}, and no sequences in the buckets of this stage: give it 0, or use more buckets.`,
			);
}

function checked(
	weights: readonly number[],
	tokens: readonly number[],
): readonly number[] {
	if (weights.length !== tokens.length)
		throw new UsageError(
			"bad-option",
			`there are ${weights.length} weights (${optionName("weights")}) for ${tokens.length} datasets: give one for each, 0 to leave it out.`,
		);
	weights.forEach((weight, dataset) => {
		if (weight < 0)
			throw new UsageError(
				"bad-option",
				`a weight (${optionName("weights")}) of ${weight} cannot be: give numbers of at least 0.`,
			);
		if (weight > 0 && tokens[dataset] === 0)
			throw new UsageError(
				"bad-option",
				`dataset ${dataset + 1} has a weight of ${weight}, and no sequences in the buckets of this stage: give it 0, or use more buckets.`,
			);
	});
	if (weights.every((weight) => weight === 0))
		throw new UsageError(
			"bad-option",
			`all weights (${optionName("weights")}) are 0.`,
		);
	return weights;
}

function normalized(numbers: readonly number[]): number[] {
	const sum = numbers.reduce((total, n) => total + n, 0);
	return numbers.map((n) => (sum === 0 ? 0 : n / sum));
}
