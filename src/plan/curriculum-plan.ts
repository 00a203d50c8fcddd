import { DataError, UsageError } from "../core/errors.js";
import { parseJson } from "../core/json.js";
import { shapeFault } from "../core/shape.js";
import type { BatchKindName } from "../curriculum/batch-kinds.js";
import type { StageBucket } from "../curriculum/plan-stage.js";
import type { Stage } from "../curriculum/stage-options.js";
import type { DatasetFile } from "../dataset/manifest.js";
import { canonicalJson, sha256 } from "../storage/hash.js";
import { readAll } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import type { PlanGroups } from "./groups-file.js";
import type { PlanLanes } from "./lanes-file.js";
import { faultOfPlanFile } from "./plan-file-fault.js";
import { planShape } from "./plan-shape.js";

/** The plan of a curriculum, in its directory. */
export const PLAN_FILE = "curriculum.json";

/** Raised when the layout of a plan changes, or what its numbers mean. */
export const PLAN_VERSION = 3;
/** That of plans that have none of what came after it, and that is still read. */
const PLAIN_PLAN_VERSION = 2;

/** The version of a plan: that of older readers, where these read it rightly. */
export function planVersion({
	stages,
	groups,
}: Pick<CurriculumPlan, "stages" | "groups">): number {
	const isPlain =
		groups === undefined &&
		stages.every(
			({ tokensPerStep, worldSize, buckets }) =>
				tokensPerStep === undefined &&
				worldSize === undefined &&
				buckets.every(({ spans }) => spans === undefined),
		);
	return isPlain ? PLAIN_PLAN_VERSION : PLAN_VERSION;
}

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
	/** What was asked for; of documents in order nothing. */
	asked: Partial<Stage>;
	/** Number of its first step, and how many it has. */
	firstStep: number;
	steps: number;
	tokens: number;
	/** Where they are others than the plan's. */
	tokensPerStep?: number;
	worldSize?: number;
	buckets: StageBucket[];
	/** Steps of another length than a schedule by length wants; 0 for others. */
	offSchedule: number;
	/** Of batches of sequences: what their pools are, and what padding takes. */
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

/** A plan that another one goes on from. */
export interface ExtendedPlan {
	planHash: string;
	/** How many of the first steps of both are the same. */
	step: number;
}

/** Steps of a plan that the one that goes on from it leaves out. */
export interface SkippedSteps {
	/** The step before which they were. */
	step: number;
	steps: number;
	/** Of sequences, how many these are. */
	rows: number;
	tokens: number;
	/** The places of buckets before which nothing is left. */
	places: { stage: number; bucket: number; end: number }[];
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
	batches: BatchKindName;
	/** Whether rows have a token more than their bucket's length, for shifted targets. */
	plusOne: boolean;
	/** The token that rows are padded with. */
	padId: number;
	tokenizer: { fingerprint: string; vocabSize: number };
	datasets: PlanDataset[];
	stages: PlanStage[];
	/** The plans that it goes on from, the last one first; left out where it does not. */
	parents?: ExtendedPlan[];
	/** What was left out of them. */
	skipped?: SkippedSteps[];
	totals: {
		steps: number;
		/** Tokens in the steps, padding not counted. */
		tokens: number;
		rows: number;
		/** Rows of the datasets that are in no step. */
		unusedRows: number;
		/** How many times the rows of the bucket that is used most are used. */
		timesUsed: number;
		/** What was left out of the plans that it goes on from. */
		skipped?: { steps: number; rows: number; tokens: number };
	};
	steps: { path: string; rows: number; bytes: number; sha256: string };
	/** Which lane reads which documents; left out where steps are of rows. */
	lanes?: PlanLanes;
	/** Which groups of ranks share which rows of each step; left out where ranks share them evenly. */
	groups?: PlanGroups;
}

/** Whether a dataset is the one that a plan was made of. */
export function isAsPlanned(
	found: {
		hash: string;
		buckets: readonly PlanDataset["buckets"][number][];
	},
	{ manifest, buckets }: PlanDataset,
): boolean {
	const rows = found.buckets.map(({ length, rows, tokens }) => ({
		length,
		rows,
		tokens,
	}));
	return (
		found.hash === manifest && canonicalJson(rows) === canonicalJson(buckets)
	);
}

/**
 * Reads the plan in a directory.
 * @throws UsageError `not-a-plan`; DataError `bad-plan`
 */
export async function openPlan(directory: string): Promise<CurriculumPlan> {
	const storage = storageAt(directory);
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
		plan = parseJson((await readAll(storage, path)).toString("utf8"));
	} catch (error) {
		throw refuse(`it is not JSON (${(error as Error).message})`);
	}
	const versions = [PLAIN_PLAN_VERSION, PLAN_VERSION];
	if (!versions.includes(plan?.formatVersion))
		throw refuse(
			`its format version is ${plan?.formatVersion}, and this seqpack reads versions ${versions.join(" and ")}`,
		);
	const { planHash, ...rest } = plan;
	if (planHash !== hashOrNone(rest))
		throw refuse("it was changed after it was made: its hash is another");
	const fault = shapeFault(planShape, plan);
	if (fault !== null) throw refuse(fault);
	for (const [, file] of filesOf(plan)) {
		const fault = await faultOfPlanFile(storage, directory, file);
		if (fault !== null) throw refuse(`${file.path} ${fault}`);
	}
	return plan;
}

/** The files beside a plan, and what they hold. */
export function filesOf({
	steps,
	lanes,
	groups,
}: Pick<CurriculumPlan, PlanFile>): [what: PlanFile, file: DatasetFile][] {
	return [
		["steps", steps],
		...(lanes ? [["lanes", lanes] satisfies [PlanFile, DatasetFile]] : []),
		...(groups ? [["groups", groups] satisfies [PlanFile, DatasetFile]] : []),
	];
}

type PlanFile = "steps" | "lanes" | "groups";

/** Null of what is nested so deep that nobody can have written it. */
function hashOrNone(plan: Omit<CurriculumPlan, "planHash">): string | null {
	try {
		return hashOfPlan(plan);
	} catch (error) {
		if (error instanceof RangeError) return null;
		throw error;
	}
}

export function hashOfPlan(plan: Omit<CurriculumPlan, "planHash">): string {
	return sha256(canonicalJson(plan));
}
