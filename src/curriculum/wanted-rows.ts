import { DataError, optionName, UsageError } from "../core/errors.js";
import type { PlanContext } from "./plan-context.js";
import type { Stage } from "./stage-options.js";

/** What a product of a share may lack of the whole number that it stands for. */
const ROUNDING = 1e-6;

/**
 * How many rows a stage wants of each dataset (outer) and length (inner). Without a
 * number of tokens and without weights, all that the epochs have left; else each
 * dataset's share of the tokens, first from what is left, then from all again. Each has
 * its share to a row, and those of a length come to what all shares together are.
 * @throws DataError where that would be needed and `match` is `sample`.
 */
export function wantedRows(
	context: PlanContext,
	stage: Stage,
	lengths: readonly number[],
): number[][] {
	const { datasets, tokensPerStep } = context;
	const { tokens, weights } = stage;
	if (tokens !== undefined && tokens < tokensPerStep)
		throw new UsageError(
			"bad-option",
			`${optionName("tokens")} is ${tokens}, less than a step: give at least ${tokensPerStep}.`,
		);
	const { all, left } = rowsThere(context, lengths);
	if (tokens === undefined && weights === undefined) return left;
	const tokensOf = (rows: readonly number[]) => tokensOfRows(rows, lengths);
	const leftTokens = left.map(tokensOf);
	const shares =
		weights === undefined
			? normalized(leftTokens)
			: checked(weights, all.map(tokensOf));
	const total = tokens ?? matched(leftTokens, shares, stage.match ?? "sample");
	const exact = datasets.map((_, dataset) => {
		const share = total * shares[dataset];
		if (
			tokens !== undefined &&
			stage.match === "sample" &&
			share > leftTokens[dataset] * (1 + ROUNDING)
		)
			throw new DataError(
				"too-few-tokens",
				`dataset ${dataset + 1} is to give ${Math.ceil(share)} tokens, and has ${leftTokens[dataset]} left to be used once (${optionName("match", "sample")}): give fewer ${optionName("tokens")}, or ${optionName("match", "repeat")}.`,
			);
		const within = Math.min(1, share / Math.max(1, leftTokens[dataset]));
		const beyond =
			Math.max(0, share - leftTokens[dataset]) /
			Math.max(1, tokensOf(all[dataset]));
		return lengths.map(
			(_, b) => left[dataset][b] * within + all[dataset][b] * beyond,
		);
	});
	const rows = lengths.map((_, b) => toWholeRows(exact.map((each) => each[b])));
	return datasets.map((_, dataset) => rows.map((each) => each[dataset]));
}

/** Rows of each dataset (outer) and length (inner): of one epoch, and what is left of all. */
export function rowsThere(
	{ datasets, epochs, used }: PlanContext,
	lengths: readonly number[],
): { all: number[][]; left: number[][] } {
	const all = datasets.map((buckets) =>
		lengths.map(
			(length) => buckets.find((b) => b.length === length)?.rows ?? 0,
		),
	);
	const left = all.map((rows, dataset) =>
		rows.map((n, b) =>
			Math.max(0, n * epochs - (used[dataset].get(lengths[b]) ?? 0)),
		),
	);
	return { all, left };
}

/** Tokens of each dataset: of one epoch, and what is left of all. */
export function tokensThere(
	context: PlanContext,
	lengths: readonly number[],
): { all: number[]; left: number[] } {
	const { all, left } = rowsThere(context, lengths);
	return {
		all: all.map((rows) => tokensOfRows(rows, lengths)),
		left: left.map((rows) => tokensOfRows(rows, lengths)),
	};
}

export function tokensOfRows(
	rows: readonly number[],
	lengths: readonly number[],
): number {
	return rows.reduce((sum, n, b) => sum + n * lengths[b], 0);
}

/**
 * Whole numbers that are each less than 1 from the given one, and add up to as many as these
 * do, rounded down: the largest remainders are rounded up.
 */
function toWholeRows(shares: readonly number[]): number[] {
	const whole = shares.map((share) => Math.floor(share + ROUNDING));
	const sum = (numbers: readonly number[]) =>
		numbers.reduce((total, n) => total + n, 0);
	const over = Math.floor(sum(shares) + ROUNDING) - sum(whole);
	const byRemainder = [...shares.keys()].sort(
		(a, b) => shares[b] - whole[b] - (shares[a] - whole[a]) || a - b,
	);
	for (const i of byRemainder.slice(0, Math.max(0, over))) whole[i]++;
	return whole;
}

/** Tokens of a stage that takes from no dataset more than it has, or from each at least what it has. */
function matched(
	tokens: readonly number[],
	shares: readonly number[],
	match: "sample" | "repeat",
): number {
	const totals = tokens
		.map((n, dataset) => n / shares[dataset])
		.filter((_, dataset) => shares[dataset] > 0);
	return match === "sample" ? Math.min(...totals) : Math.max(...totals);
}

function checked(
	weights: readonly number[],
	tokens: readonly number[],
): number[] {
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
	return normalized(weights);
}

function normalized(numbers: readonly number[]): number[] {
	const sum = numbers.reduce((total, n) => total + n, 0);
	return numbers.map((n) => (sum === 0 ? 0 : n / sum));
}
