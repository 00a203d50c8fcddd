import { DataError, UsageError } from "../core/errors.js";
import type { StageBucket } from "../curriculum/plan-stage.js";
import type { StageRequest } from "../curriculum/stage-request.js";
import { canonicalJson, sha256 } from "../storage/hash.js";
import { readAll, type Storage } from "../storage/storage.js";
import type { Schema } from "../tables/columns.js";

/** The plan of a curriculum, in its directory, and its steps. */
export const PLAN_FILE = "curriculum.json";
export const STEPS_FILE = "steps.arrow";

/** Raised when the layout of a plan changes, or what its numbers mean. */
export const PLAN_VERSION = 1;

/**
 * How rows become batches: `bucketed` and `packed`, as they are, padded to the length
 * of the bucket, or of a packed row; `flat`, one after the other without padding;
 * `token-budget`, sequences of similar length up to a number of tokens, padded to the
 * longest.
 */
export const batchKinds = [
	"bucketed",
	"packed",
	"token-budget",
	"flat",
] as const;
export type BatchKind = (typeof batchKinds)[number];

/** A dataset as a plan knows it. */
export interface PlanDataset {
	/** From the plan's directory. */
	path: string;
	/** SHA-256 of its manifest. */
	manifest: string;
	/** Rows and tokens of each bucket; of packed rows there is one. */
	buckets: { length: number; rows: number; tokens: number }[];
}

export interface PlanStage {
	/** What was asked for. */
	asked: StageRequest;
	/** Number of its first step, and how many it has. */
	firstStep: number;
	steps: number;
	tokens: number;
	buckets: StageBucket[];
	/** Steps of another length than a schedule by length wants; 0 for others. */
	offSchedule: number;
	/** Of `token-budget`: what its pools are, and what padding takes. */
	pools: PoolSummary | null;
}

export interface PoolSummary {
	/** Rows whose sequences are sorted together. */
	rows: number;
	/** Tokens of the steps with padding. */
	paddedTokens: number;
	/** Sequences that fill no step. */
	leftSequences: number;
}

/** A curriculum: declarative, and with its datasets all that batches come from. */
export interface CurriculumPlan {
	formatVersion: number;
	seqpackVersion: string;
	/** SHA-256 over all the rest. */
	planHash: string;
	seed: number;
	tokensPerStep: number;
	/** Ranks that each step can be shared among; so can it among any number that divides the batches. */
	worldSize: number;
	epochs: number;
	batches: BatchKind;
	/** Tokens of a row beyond its bucket's length: 1 for rows with shifted targets. */
	more: number;
	/** The token that rows are padded with. */
	padId: number;
	tokenizer: { fingerprint: string; vocabSize: number };
	datasets: PlanDataset[];
	stages: PlanStage[];
	totals: {
		steps: number;
		/** Tokens in the steps, padding not counted. */
		tokens: number;
		rows: number;
		/** Rows of the datasets that are in no step. */
		unusedRows: number;
	};
	steps: { path: string; rows: number; bytes: number; sha256: string };
}

/** A row a step. */
export const stepsSchema: Schema = [
	/** Its stage, from 0, and its number there. */
	{ name: "stage", type: "int32" },
	{ name: "stage_step", type: "int32" },
	/** Its bucket's place among the stage's, and the length of the rows. */
	{ name: "bucket", type: "int32" },
	{ name: "length", type: "int32" },
	/** Rows of the step; sequences, with a token budget. */
	{ name: "batch_size", type: "int32" },
	/** Its first row's place in the bucket's permutation; its pool's first, with a token budget. */
	{ name: "offset", type: "int64" },
	/** With a token budget, its number in its pool; else 0. */
	{ name: "part", type: "int32" },
];

/** Rows of a record batch of the steps. */
export const STEP_BATCH_ROWS = 1 << 16;

/**
 * Reads the plan in a directory.
 * @throws UsageError `not-a-plan`; DataError `bad-plan`
 */
export async function openPlan(
	storage: Storage,
	directory: string,
): Promise<CurriculumPlan> {
	const path = `${directory}/${PLAN_FILE}`;
	if ((await storage.stat(path)) === null)
		throw new UsageError(
			"not-a-plan",
			`${directory} is not a plan of seqpack: it has no ${PLAN_FILE}. Make one with seqpack curriculum.`,
		);
	const refuse = (why: string) =>
		new DataError(
			"bad-plan",
			`${path} cannot be used: ${why}. Make the plan again with seqpack curriculum.`,
		);
	let plan: CurriculumPlan;
	try {
		plan = JSON.parse((await readAll(storage, path)).toString("utf8"));
	} catch (error) {
		throw refuse(`it is not JSON (${(error as Error).message})`);
	}
	if (plan?.formatVersion !== PLAN_VERSION)
		throw refuse(
			`its format version is ${plan?.formatVersion}, and this seqpack reads version ${PLAN_VERSION}`,
		);
	const { planHash, ...rest } = plan;
	if (planHash !== hashOfPlan(rest))
		throw refuse("it was changed after it was made: its hash is another");
	const steps = await storage.stat(`${directory}/${plan.steps.path}`);
	if (steps === null) throw refuse(`${plan.steps.path} is missing`);
	if (steps.size !== plan.steps.bytes)
		throw refuse(
			`${plan.steps.path} has ${steps.size} bytes of ${plan.steps.bytes}`,
		);
	return plan;
}

export function hashOfPlan(plan: Omit<CurriculumPlan, "planHash">): string {
	return sha256(canonicalJson(plan));
}
