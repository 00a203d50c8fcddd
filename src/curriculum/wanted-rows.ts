import { sum } from "../core/arithmetic.js";
import { optionName, UsageError } from "../core/errors.js";
import type { DatasetPart, PlanContext } from "./plan-context.js";
import { sharesOf, sumsOf } from "./shares.js";
import type { Stage } from "./stage-options.js";

/** What a product of a share may lack of the whole number that it stands for. */
const ROUNDING = 1e-6;

/**
 * How many rows a stage wants of each dataset (outer) and length (inner). Without a
 * number of tokens and without weights, all that the epochs have left; else each
 * dataset's share of the tokens, first from what is left, then from all again. Each, and each
 * stratum that is weighed, has its share to a row, and those of a length come to what all
 * shares together are.
 * @throws UsageError where that would be needed and `match` is `sample`.
 */
export function wantedRows(
	context: PlanContext,
	stage: Stage,
	lengths: readonly number[],
): number[][] {
	const { datasets, tokensPerStep } = context;
	const parts =
		context.parts ?? datasets.map((_, dataset) => ({ dataset, stratum: null }));
	const { tokens, weights, strataWeights } = stage;
	if (tokens !== undefined && tokens < tokensPerStep)
		throw new UsageError(
			"bad-option",
			`${optionName("tokens")} is ${tokens}, less than a step: give at least ${tokensPerStep}.`,
		);
	const { all, left } = rowsThere(context, lengths);
	if ((tokens ?? weights ?? strataWeights) === undefined) return left;
	const tokensOf = (rows: readonly number[]) => tokensOfRows(rows, lengths);
	const leftTokens = left.map(tokensOf);
	const { shares, groups } = sharesOf(
		stage,
		parts,
		leftTokens,
		all.map(tokensOf),
	);
	const total =
		tokens ??
		matched(
			sumsOf(groups, leftTokens),
			sumsOf(groups, shares),
			stage.match ?? "sample",
		);
	const exact = datasets.map((_, dataset) => {
		const share = total * shares[dataset];
		if (
			tokens !== undefined &&
			stage.match === "sample" &&
			share > leftTokens[dataset] * (1 + ROUNDING)
		)
			throw new UsageError(
				"too-few-tokens",
				`dataset ${parts[dataset].dataset + 1} is to give ${Math.ceil(share)} tokens${of(parts[dataset])}, and has ${leftTokens[dataset]} left to be used once (${optionName("match", "sample")}): give fewer ${optionName("tokens")}, or ${optionName("match", "repeat")}.`,
			);
		const within = Math.min(1, share / Math.max(1, leftTokens[dataset]));
		const beyond =
			Math.max(0, share - leftTokens[dataset]) /
			Math.max(1, tokensOf(all[dataset]));
		return lengths.map(
			(_, b) => left[dataset][b] * within + all[dataset][b] * beyond,
		);
	});
	const rows = lengths.map((_, b) =>
		toRowsOfGroups(
			exact.map((each) => each[b]),
			groups,
		),
	);
	return datasets.map((_, dataset) => rows.map((each) => each[dataset]));
}

const of = ({ stratum }: DatasetPart) =>
	stratum === null ? "" : ` of the stratum ${stratum}`;

/** Whole numbers that are each less than 1 from the given one, as those of each group are together. */
function toRowsOfGroups(
	shares: readonly number[],
	groups: readonly number[],
): number[] {
	const rows = shares.map(() => 0);
	for (const [group, whole] of toWholeRows(sumsOf(groups, shares)).entries()) {
		const own = [...shares.keys()].filter((part) => groups[part] === group);
		const ofPart = toWholeRows(
			own.map((part) => shares[part]),
			whole,
		);
		for (const [i, part] of own.entries()) rows[part] = ofPart[i];
	}
	return rows;
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
 * Whole numbers that are each less than 1 from the given one: the largest remainders are
 * rounded up.
 * @param total What they add up to; by default as many as the given ones do, rounded down.
 */
function toWholeRows(
	shares: readonly number[],
	total = Math.floor(sum(shares) + ROUNDING),
): number[] {
	const whole = shares.map((share) => Math.floor(share + ROUNDING));
	const over = total - sum(whole);
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
