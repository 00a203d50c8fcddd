import type { BatchKind } from "../curriculum/batch-kinds.js";
import type { Schema } from "../tables/columns.js";
import type { GroupsOfStep } from "./groups-file.js";

/**
 * The name of a plan's steps, in its directory, by their SHA-256: the steps of a plan that
 * is replaced are another file than the new one's.
 */
export function stepsName(sha256: string): string {
	return `steps-${sha256.slice(0, 8)}.arrow`;
}

/** A row a step. */
const stepsSchema: Schema = [
	/** Its stage, from 0, and its number there. */
	{ name: "stage", type: "int32" },
	{ name: "stage_step", type: "int32" },
	/** Its bucket's place among the stage's, and the length of the rows. */
	{ name: "bucket", type: "int32" },
	{ name: "length", type: "int32" },
	/** Rows of the step; sequences, where items are sequences; lanes, where they are chunks. */
	{ name: "batch_size", type: "int32" },
	/** Its first row's place in the bucket's permutation; its pool's first, where items are sequences; its number, where they are chunks. */
	{ name: "offset", type: "int64" },
	/** Where items are sequences, its number in its pool; else 0. */
	{ name: "part", type: "int32" },
];

/** Where the groups of ranks of a step are, and how many micro-batches they make. */
const groupColumns: Schema = [
	{ name: "first_group", type: "int64" },
	{ name: "groups", type: "int32" },
	{ name: "micro_batches", type: "int32" },
];

/** The columns of the steps of a kind of batches. */
export function stepsSchemaOf(
	{ items }: BatchKind,
	hasGroups: boolean,
): Schema {
	if (hasGroups) return [...stepsSchema, ...groupColumns];
	if (items !== "chunks") return stepsSchema;
	/** Of all lanes together; of others the rows say it. */
	return [...stepsSchema, { name: "labels", type: "int32" }];
}

/** Rows of a record batch of the steps. */
export const STEP_BATCH_ROWS = 1 << 16;

/** A step as the plan has it: see `stepsSchemaOf`. */
export interface PlanStep {
	stage: number;
	stageStep: number;
	bucket: number;
	length: number;
	batchSize: number;
	offset: number;
	part: number;
	/** Where items are chunks, its labels; else 0. */
	labels: number;
	/** The groups of ranks that share it; left out where ranks share it evenly. */
	groups?: GroupsOfStep;
}
