import { sum } from "../core/arithmetic.js";
import { optionName, UsageError } from "../core/errors.js";
import { fitTable, wholeNumbers } from "./fit-table.js";
import type { PlanContext } from "./plan-context.js";
import type { Stage } from "./stage-options.js";
import { rowsThere, tokensOfRows, tokensThere } from "./wanted-rows.js";
import { WeightLines, type WeightPoint } from "./weight-lines.js";

/** Steps to look for, at most. */
const MOST_STEPS = 2 ** 28;

/**
 * A stage whose weights move, as one of their means over its steps, and the lines. The steps are
 * those of its tokens; else as many as use no data twice, or all of it at least once.
 * @throws UsageError that say the numbers and a way out
 */
export function meanStage(
	context: PlanContext,
	stage: Stage,
	lengths: readonly number[],
): { stage: Stage; lines: WeightLines | null } {
	const { weightsAt, weightsBy = "steps", tokens } = stage;
	if (weightsAt === undefined) return { stage, lines: null };
	const { datasets, tokensPerStep } = context;
	const [[, first]] = weightsAt;
	if (first.length !== datasets.length)
		throw new UsageError(
			"bad-option",
			`there are ${first.length} weights at each point (${optionName("weightsAt")}) for ${datasets.length} datasets: give one for each, 0 to leave it out.`,
		);
	const lines = linesOf({ weightsAt, weightsBy }, tokensPerStep);
	const steps =
		tokens === undefined
			? stepsOf(context, stage, lengths, lines)
			: Math.floor(tokens / tokensPerStep);
	const weights = lines
		.before(Math.max(1, steps))
		.map((share) => share / Math.max(1, steps));
	const mean = {
		...stage,
		weights,
		tokens: steps === 0 ? tokens : steps * tokensPerStep,
		match: tokens === undefined ? (stage.match ?? "sample") : stage.match,
	};
	return { stage: mean, lines: lines.areLevel ? null : lines };
}

/** The weights of a stage at each of its steps. */
export function linesOf(
	{
		weightsAt,
		weightsBy = "steps",
	}: {
		weightsAt: readonly WeightPoint[];
		weightsBy?: Stage["weightsBy"] | undefined;
	},
	tokensPerStep: number,
): WeightLines {
	const unit = weightsBy === "steps" ? 1 : tokensPerStep;
	return new WeightLines(
		weightsAt.map(([at, weights]) => [at / unit, weights]),
	);
}

/**
 * Rows of each dataset (outer) and length (inner) that a stage takes in whole steps, where weights are those
 * of the steps at which the buckets come: of each dataset all together as many tokens as are wanted.
 * @param wanted Rows by the mean weights.
 * @param steps Of each bucket the numbers of its steps.
 */
export function movedRows(
	context: PlanContext,
	lines: WeightLines,
	wanted: readonly (readonly number[])[],
	lengths: readonly number[],
	steps: readonly Int32Array[],
	match: Stage["match"],
): number[][] {
	const { datasets, tokensPerStep } = context;
	const ofSteps = steps.map((own) => own.length * tokensPerStep);
	const all = sum(ofSteps);
	const asked = wanted.map((rows) => tokensOfRows(rows, lengths));
	const ofDatasets = asked.map((tokens) => (tokens / sum(asked)) * all);
	const mean = lines.before(all / tokensPerStep);
	const due = steps.map((own, b) => {
		const tokens = datasets.map(() => 0);
		for (const step of own) {
			const parts = lines
				.at(step)
				.map((share, d) =>
					wanted[d][b] === 0 ? 0 : (share / mean[d]) * wanted[d][b],
				);
			const scale = tokensPerStep / sum(parts);
			parts.forEach((part, d) => {
				// Something of all that could be taken, so that all sums can be had.
				tokens[d] += part * scale + (wanted[d][b] * lengths[b]) / 1e9;
			});
		}
		return tokens;
	});
	const { left } = rowsThere(context, lengths);
	const most = lengths.map((_, b) =>
		datasets.map((_, d) =>
			match === "sample"
				? left[d][b]
				: wanted[d][b] === 0
					? 0
					: Number.POSITIVE_INFINITY,
		),
	);
	const inTokens = most.map((rows, b) => rows.map((n) => n * lengths[b]));
	const tokens = fitTable(due, ofSteps, ofDatasets, inTokens);
	const none = datasets.map(() => 0);
	const rows = lengths.map((length, b) =>
		wholeNumbers(
			tokens[b].map((n) => n / length),
			ofSteps[b] / length,
			none,
			most[b],
		),
	);
	return datasets.map((_, d) => rows.map((ofBucket) => ofBucket[d]));
}

/** The most steps for which no dataset is used twice; or the fewest that use all of each. */
function stepsOf(
	context: PlanContext,
	{ match = "sample" }: Stage,
	lengths: readonly number[],
	lines: WeightLines,
): number {
	const { tokensPerStep } = context;
	const { left } = tokensThere(context, lengths);
	const takes = (steps: number) =>
		lines.before(steps).map((share) => share * tokensPerStep);
	// Doubles have no more than 15 digits.
	const within = (tokens: number, d: number) => tokens <= left[d] * (1 + 1e-12);
	const isRepeated = match === "repeat";
	const isEnough = (steps: number) =>
		isRepeated
			? takes(steps).every((tokens, d) => tokens === 0 || tokens >= left[d])
			: !takes(steps).every(within);
	let low = 0;
	let high = 1;
	while (high <= MOST_STEPS && !isEnough(high)) high *= 2;
	if (high > MOST_STEPS) {
		const lacking = takes(MOST_STEPS).findIndex(
			(tokens, d) => tokens > 0 && tokens < left[d],
		);
		throw new UsageError(
			"too-few-tokens",
			`dataset ${lacking + 1} is not used up in ${MOST_STEPS} steps (${optionName("match", "repeat")}): its weight in the last point of ${optionName("weightsAt")} is too small. Give a larger one, or ${optionName("tokens")}.`,
		);
	}
	while (high - low > 1) {
		const middle = Math.floor((low + high) / 2);
		if (isEnough(middle)) high = middle;
		else low = middle;
	}
	if (isRepeated) return high;
	if (low > 0) return low;
	const lacking = takes(1).findIndex((tokens, d) => !within(tokens, d));
	throw new UsageError(
		"too-few-tokens",
		`dataset ${lacking + 1} is to give ${Math.ceil(takes(1)[lacking])} tokens of the first step (${optionName("weightsAt")}), and has ${left[lacking]} left to be used once: give it a smaller weight, ${optionName("match", "repeat")}, or fewer ${optionName("tokensPerStep")}.`,
	);
}
