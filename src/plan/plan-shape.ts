import { LARGEST_CAPACITY } from "../core/capacity.js";
import {
	all,
	also,
	anyObject,
	count,
	digest,
	finite,
	listOf,
	nullable,
	object,
	oneOf,
	optional,
	tableOf,
	text,
	truth,
	wholeNumber,
} from "../core/shape.js";
import { batchKinds } from "../curriculum/batch-kinds.js";
import type { StageBucket } from "../curriculum/plan-stage.js";
import { fileShape } from "../dataset/manifest-shape.js";
import { parallelPlans } from "../parallel/parallel-plans.js";

const INT32 = 2 ** 31 - 1;
const MOST_RANKS = 2 ** 20;

const positive = wholeNumber(1);
const length = wholeNumber(0, LARGEST_CAPACITY + 1);
const step = wholeNumber(0, INT32);

const bucket = object({
	length,
	batchRows: wholeNumber(0, INT32),
	steps: step,
	sources: listOf(object({ dataset: count, first: count, rows: count })),
	spans: optional(listOf(listOf(count))),
	leftRows: count,
});

const stage = object({
	asked: anyObject,
	firstStep: step,
	steps: step,
	tokens: count,
	tokensPerStep: optional(positive),
	worldSize: optional(wholeNumber(1, MOST_RANKS)),
	buckets: listOf(bucket),
	offSchedule: count,
	pools: nullable(
		object({ rows: positive, paddedTokens: count, leftSequences: count }),
	),
});

const lanes = all(
	fileShape,
	object({
		count: wholeNumber(1, INT32),
		chunk: wholeNumber(1, INT32),
		rows: count,
		windows: listOf(object({ rows: count, firstStep: count, endStep: count })),
		chunks: count,
		idle: count,
		leastSteps: count,
		longest: count,
		emptyDocuments: count,
		heldOutDocuments: count,
		cutDocuments: count,
		cutTokens: count,
	}),
);

const groups = all(
	fileShape,
	object({
		rows: count,
		rule: nullable(oneOf(parallelPlans.names)),
		ranks: wholeNumber(1, MOST_RANKS),
		maxTokens: count,
		cost: object({
			perToken: finite,
			perSquare: finite,
			fixed: finite,
			communication: optional(
				object({ perToken: finite, bandwidth: tableOf(finite) }),
			),
		}),
		degrees: listOf(wholeNumber(1, MOST_RANKS)),
		summary: anyObject,
	}),
);

const shape = object({
	seqpackVersion: text,
	seed: count,
	tokensPerStep: positive,
	worldSize: wholeNumber(1, MOST_RANKS),
	epochs: count,
	batches: oneOf(batchKinds.names),
	plusOne: truth,
	padId: wholeNumber(0, INT32),
	tokenizer: object({
		fingerprint: text,
		vocabSize: wholeNumber(0, 2 ** 32),
	}),
	datasets: listOf(
		object({
			path: text,
			manifest: digest,
			buckets: listOf(object({ length, rows: count, tokens: count })),
		}),
		1,
	),
	stages: listOf(stage),
	parents: optional(listOf(object({ planHash: digest, step }))),
	skipped: optional(
		listOf(
			object({
				step,
				steps: count,
				rows: count,
				tokens: count,
				places: listOf(object({ stage: count, bucket: count, end: count })),
			}),
		),
	),
	totals: object({
		steps: step,
		tokens: count,
		rows: count,
		unusedRows: count,
		timesUsed: finite,
		skipped: optional(object({ steps: count, rows: count, tokens: count })),
	}),
	steps: all(fileShape, object({ rows: step })),
	lanes: optional(lanes),
	groups: optional(groups),
});

/** What of a plan is compared. */
interface PlanParts {
	datasets: { buckets: { length: number; rows: number }[] }[];
	stages: { buckets: StageBucket[] }[];
	totals: { steps: number };
	steps: { rows: number };
	lanes?: { rows: number; windows: { rows: number }[] };
}

/** What `CurriculumPlan` says of a file of a version that is read. */
export const planShape = also<PlanParts>(shape, (plan) => {
	const { stages, steps, totals, lanes } = plan;
	if (steps.rows !== totals.steps)
		return {
			place: ".steps.rows",
			why: `is ${steps.rows}, and its totals.steps ${totals.steps}`,
		};
	const known = plan.datasets.map(
		({ buckets }) => new Map(buckets.map(({ length, rows }) => [length, rows])),
	);
	for (const [i, stage] of stages.entries()) {
		const fault = stageFault(plan, known, stage);
		if (fault !== null)
			return { place: `.stages[${i}]${fault[0]}`, why: fault[1] };
	}
	if (lanes === undefined) return null;
	const rows = lanes.windows.reduce((sum, window) => sum + window.rows, 0);
	return rows === lanes.rows
		? null
		: {
				place: ".lanes.rows",
				why: `is ${lanes.rows}, and that of its windows ${rows}`,
			};
});

function stageFault(
	{ datasets, lanes }: PlanParts,
	rowsOfLength: readonly ReadonlyMap<number, number>[],
	{ buckets }: PlanParts["stages"][number],
): [place: string, why: string] | null {
	for (const [b, { length, sources, spans = [], steps }] of buckets.entries()) {
		const at = `.buckets[${b}]`;
		if (steps > 0 && sources.length === 0)
			return [`${at}.sources`, "are none, and it has steps"];
		for (const [s, { dataset, rows }] of sources.entries()) {
			const known =
				lanes === undefined
					? rowsOfLength[dataset]?.get(length)
					: datasets[dataset]?.buckets[0]?.rows;
			if (known === undefined)
				return [
					`${at}.sources[${s}]`,
					"is of rows that its datasets do not have",
				];
			if (rows > 0 && known === 0)
				return [`${at}.sources[${s}]`, "takes rows of a dataset that has none"];
		}
		for (const [s, counts] of spans.entries())
			if (counts.length !== sources.length)
				return [`${at}.spans[${s}]`, `is not of its ${sources.length} sources`];
	}
	return null;
}
