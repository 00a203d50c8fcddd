import { greatestCommonDivisor, sum } from "../core/arithmetic.js";
import { optionName, UsageError } from "../core/errors.js";
import type { Random } from "../core/random.js";
import { shareOfCycle } from "./cycles.js";
import { meanStage, movedRows } from "./moving-weights.js";
import type { CountedBucket, PlanContext } from "./plan-context.js";
import type { Schedule } from "./schedule.js";
import { schedules } from "./schedules.js";
import type { Stage } from "./stage-options.js";
import { wantedRows } from "./wanted-rows.js";
import { weightSpans } from "./weight-spans.js";

/** Rows of a dataset's bucket, as places in the bucket's permutation, epoch after epoch. */
export interface SourceRows {
	dataset: number;
	first: number;
	rows: number;
}

/** What a stage takes of the buckets of a length. */
export interface StageBucket {
	length: number;
	/** Rows of a step. */
	batchRows: number;
	steps: number;
	/** The rows of the steps, mixed evenly: see `mixedPlace`. */
	sources: SourceRows[];
	/**
	 * Runs of places, one after the other, each mixed by itself: how many rows each source gives.
	 * Left out where all places are one run.
	 */
	spans?: number[][];
	/** Rows that were wanted and fill no step. */
	leftRows: number;
}

export interface PlannedStage {
	/** The shortest first. */
	buckets: StageBucket[];
	/** The bucket of each step. */
	order: Uint16Array;
	/** Steps of another length than a schedule by length wants. */
	offSchedule: number;
}

/**
 * Plans a stage: what it takes of each bucket of each dataset, in whole steps, and the
 * bucket of each step.
 * @throws UsageError that say the numbers and a way out
 */
export function planStage(
	context: PlanContext,
	stage: Stage,
	random: Random,
): PlannedStage {
	const schedule = schedules.find(stage.schedule);
	const lengths = lengthsOf(context, stage);
	checkSteps(context, lengths);
	schedule.check?.(stage, lengths);
	const mean = meanStage(context, stage, lengths);
	const wanted = wantedRows(context, mean.stage, lengths);
	const all = lengths.map((length, b) => {
		const batchRows = context.tokensPerStep / length;
		const rows = wanted.reduce((sum, ofDataset) => sum + ofDataset[b], 0);
		checkEnough(context, length, batchRows);
		return { length, batchRows, rows, steps: Math.floor(rows / batchRows) };
	});
	const available = all.map(({ steps }) => steps);
	const steps = schedule.trim?.(available, stage) ?? available;
	if (steps.every((n) => n === 0)) throw noSteps(context, stage, all);
	checkCount(steps.reduce((sum, n) => sum + n, 0));
	const order = schedule.order(steps, lengths, stage, random);
	if (stage.firstLongest) putLongestFirst(order);
	const offSchedule = countOffSchedule(schedule, order, steps, lengths, stage);
	const { lines } = mean;
	const own = steps.map((count, b) =>
		lines === null ? new Int32Array() : stepsOf(order, b, count),
	);
	const given =
		lines === null
			? wanted
			: movedRows(context, lines, wanted, lengths, own, mean.stage.match);
	const buckets = all.map(({ length, batchRows, rows }, b): StageBucket => {
		const taken = steps[b] * batchRows;
		const ofDatasets = given.map((ofDataset) => ofDataset[b]);
		const spare = sum(ofDatasets) - taken;
		const sources = takeRows(context, length, ofDatasets, spare);
		const spans =
			lines === null ? null : weightSpans(own[b], batchRows, sources, lines);
		return {
			length,
			batchRows,
			steps: steps[b],
			sources,
			...(spans !== null && { spans }),
			leftRows: rows - taken,
		};
	});
	return { buckets, order, offSchedule };
}

/** The numbers of the steps of a bucket, which has `count`. */
function stepsOf(
	order: Uint16Array,
	bucket: number,
	count: number,
): Int32Array {
	const steps = new Int32Array(count);
	let at = 0;
	for (let step = 0; step < order.length; step++)
		if (order[step] === bucket) steps[at++] = step;
	return steps;
}

/** Steps that are not of the longest bucket that fits the length asked for at them. */
function countOffSchedule(
	{ lengthAt }: Schedule,
	order: Uint16Array,
	steps: readonly number[],
	lengths: readonly number[],
	stage: Stage,
): number {
	if (lengthAt === undefined) return 0;
	let count = 0;
	let at = 0;
	for (let cycle = 0; cycle < stage.cycles; cycle++) {
		const ofCycle = steps.reduce(
			(sum, n) => sum + shareOfCycle(n, stage.cycles, cycle),
			0,
		);
		for (let step = 0; step < ofCycle; step++) {
			const asked = lengthAt(step, ofCycle, lengths, stage);
			const longest = lengths.findLastIndex((length) => length <= asked);
			if (order[at++] !== Math.max(0, longest)) count++;
		}
	}
	return count;
}

/** The lengths of the buckets that a stage uses, ascending. */
export function lengthsOf(
	{ datasets }: PlanContext,
	{ buckets, minLength = 0, maxLength = Number.POSITIVE_INFINITY }: Stage,
): number[] {
	const there = new Set(
		datasets.flatMap((ofDataset) =>
			ofDataset.filter(({ rows }) => rows > 0).map(({ length }) => length),
		),
	);
	if (there.size === 0)
		throw new UsageError(
			"no-bucket",
			"there are no rows in the datasets of a stage, or in the strata of them that are named: name others.",
		);
	const sorted = [...there].sort((a, b) => a - b);
	for (const length of buckets ?? [])
		if (!there.has(length))
			throw new UsageError(
				"no-bucket",
				`there is no bucket of ${length} with sequences in it; there are: ${sorted.join(", ")}.`,
			);
	const lengths = sorted.filter(
		(length) =>
			length >= minLength &&
			length <= maxLength &&
			(buckets === undefined || buckets.includes(length)),
	);
	if (lengths.length === 0)
		throw new UsageError(
			"no-bucket",
			`no bucket is from ${minLength} to ${maxLength} tokens long; there are: ${sorted.join(", ")}.`,
		);
	return lengths;
}

/** @throws UsageError where steps are no whole number of rows, or ranks do not divide these */
export function checkSteps(
	{
		tokensPerStep,
		worldSize,
	}: Pick<PlanContext, "tokensPerStep" | "worldSize">,
	lengths: readonly number[],
): void {
	const longest = lengths[lengths.length - 1];
	if (tokensPerStep < longest)
		throw new UsageError(
			"bad-option",
			`a step of ${tokensPerStep} tokens (${optionName("tokensPerStep")}) cannot hold one sequence of the longest bucket, ${longest}: give at least ${longest * worldSize}, or use shorter buckets (${optionName("maxLength")}).`,
		);
	for (const length of lengths) {
		const rows = tokensPerStep / length;
		if (!Number.isInteger(rows))
			throw new UsageError(
				"bad-option",
				`a step of ${tokensPerStep} tokens (${optionName("tokensPerStep")}) is no whole number of sequences of ${length}: give a multiple of all lengths, ${lengths.join(", ")}, such as ${nearestMultiple(tokensPerStep, lengths, worldSize)}.`,
			);
		if (rows % worldSize !== 0)
			throw new UsageError(
				"bad-option",
				`${worldSize} ranks (${optionName("worldSize")}) do not divide the ${rows} sequences of ${length} tokens in a step of ${tokensPerStep}: give a multiple of ${worldSize} x ${length}, such as ${optionName("tokensPerStep", nearestMultiple(tokensPerStep, lengths, worldSize))}.`,
			);
	}
}

/** The multiple, nearest from below if there is one, that all lengths times the world size divide. */
function nearestMultiple(
	tokens: number,
	lengths: readonly number[],
	worldSize: number,
): number {
	const unit = lengths.reduce(
		(least, length) =>
			(least * length * worldSize) /
			greatestCommonDivisor(least, length * worldSize),
		1,
	);
	return Math.max(unit, tokens - (tokens % unit));
}

/** A bucket that could never fill a step would be lost without a word. */
function checkEnough(
	{ datasets, epochs, tokensPerStep }: PlanContext,
	length: number,
	batchRows: number,
): void {
	const rows =
		epochs *
		datasets.reduce((sum, ofDataset) => sum + rowsOf(ofDataset, length), 0);
	if (rows < batchRows)
		throw new UsageError(
			"small-bucket",
			`the bucket of ${length} has ${rows} sequences, and a step of ${tokensPerStep} tokens takes ${batchRows}: give fewer ${optionName("tokensPerStep")}, more data, or leave the bucket out by naming the others in ${optionName("buckets")}.`,
		);
}

function rowsOf(buckets: readonly CountedBucket[], length: number): number {
	return buckets.find((bucket) => bucket.length === length)?.rows ?? 0;
}

/** What each dataset gives, less the rows that fill no step, which the largest ones keep. */
export function takeRows(
	{ used }: PlanContext,
	length: number,
	wanted: readonly number[],
	spare: number,
): SourceRows[] {
	const taken = [...wanted];
	for (let kept = 0; kept < spare; ) {
		const largest = taken.indexOf(Math.max(...taken));
		const keeps = Math.min(spare - kept, taken[largest]);
		taken[largest] -= keeps;
		kept += keeps;
	}
	return taken.flatMap((rows, dataset) => {
		if (rows === 0) return [];
		const first = used[dataset].get(length) ?? 0;
		used[dataset].set(length, first + rows);
		return [{ dataset, first, rows }];
	});
}

function noSteps(
	{ tokensPerStep }: PlanContext,
	{ tokens, cycles }: Stage,
	buckets: { length: number; rows: number }[],
): UsageError {
	const have = buckets.map(({ length, rows }) => `${rows} of ${length}`);
	return new UsageError(
		"no-steps",
		`no step of ${tokensPerStep} tokens comes out of the sequences that are left, ${have.join(", ")}${tokens === undefined ? "" : ` in a stage of ${tokens} tokens`}${cycles > 1 ? ` in ${cycles} cycles` : ""}: give fewer ${optionName("tokensPerStep")}${cycles > 1 ? `, fewer ${optionName("cycles")}` : ""}, or more data.`,
	);
}

/** Steps of a stage, at most: an order of them takes two bytes each. */
const MOST_STEPS = 2 ** 28;

function checkCount(steps: number): void {
	if (steps > MOST_STEPS)
		throw new UsageError(
			"bad-option",
			`the stage has ${steps} steps, and a stage can have ${MOST_STEPS}: give more ${optionName("tokensPerStep")}, fewer ${optionName("tokens")} or ${optionName("epochs")}, or more stages.`,
		);
}

function putLongestFirst(order: Uint16Array): void {
	const longest = order.reduce((most, bucket) => Math.max(most, bucket), 0);
	const at = order.indexOf(longest);
	order[at] = order[0];
	order[0] = longest;
}
