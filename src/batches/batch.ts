import { type BatchKindName, batchKinds } from "../curriculum/batch-kinds.js";
import { type ColumnName, rowColumn } from "../masks/columns.js";
import type { ColumnBatch, Schema } from "../tables/columns.js";

/** What one rank gets of one step, or of one of its micro-batches. */
export interface Batch extends ColumnBatch {
	/** The step's number in the plan, from 0, and its stage. */
	step: number;
	stage: number;
	/** Which micro-batch of the step it is, of how many: 0 of 1 where the plan does not cut steps. */
	microBatch: number;
	microBatches: number;
	/** Tokens of each row of `input_ids`; where rows are cut among ranks, of a share. */
	length: number;
	/**
	 * The largest cost of a rank in this step over the mean of all, as the rows are
	 * shared out, and as they would be in their order; null where it is not looked at.
	 */
	imbalance: { shared: number; inOrder: number } | null;
}

/**
 * The columns that batches of a kind have, with those asked for.
 * @param hasGroups Whether groups of ranks share the rows of a step.
 */
export function batchSchema(
	kind: BatchKindName,
	columns: readonly string[],
	hasGroups = false,
): Schema {
	const { items, isPadded } = batchKinds.find(kind);
	return [
		/** The step, in each row; its stage, and the tokens of a row of `input_ids`. */
		{ name: "step", type: "int32" },
		{ name: "stage", type: "int32" },
		{ name: "length", type: "int32" },
		/** Labels of the step, of all ranks together, and of the rows of this rank. */
		{ name: "step_labels", type: "int32" },
		{ name: "rank_labels", type: "int32" },
		...(hasGroups ? MICRO_BATCH : []),
		...(columns.includes(WEIGHTS) ? weightSums(hasGroups) : []),
		...(isPadded ? ROWS : FLAT),
		/** Sequences within a row of the datasets begin at these tokens of it. */
		...(items === "rows" ? [] : [{ name: "start", type: "int32" as const }]),
		...(items === "chunks" ? CHUNKS : []),
		...columns.map((name) => ({ name, type: rowColumn(name).type })),
	];
}

const MICRO_BATCH: Schema = [
	/** Labels of the rows that this rank, and those that share them, have in the micro-batch. */
	{ name: "micro_batch_labels", type: "int32" },
	/** Which micro-batch of the step it is, of how many. */
	{ name: "micro_batch", type: "int32" },
	{ name: "micro_batches", type: "int32" },
	/** The ranks that share the rows: how many, from which on. */
	{ name: "degree", type: "int32" },
	{ name: "first_rank", type: "int32" },
];

/** The column of the weights of labels. */
export const WEIGHTS: ColumnName = "loss_weight";

/** What the weights of labels come to, of those that `step_labels` and its like count. */
function weightSums(hasGroups: boolean): Schema {
	const names = ["step_weight", "rank_weight"];
	return [...names, ...(hasGroups ? ["micro_batch_weight"] : [])].map(
		(name) => ({ name, type: "float64" }),
	);
}

/** Which chunk of which document a row is. */
const CHUNKS: Schema = [
	{ name: "document", type: "int64" },
	{ name: "chunk", type: "int32" },
	{ name: "first_chunk", type: "int32" },
	{ name: "last_chunk", type: "int32" },
	{ name: "prefix_length", type: "int32" },
];

const ROWS: Schema = [
	/** Which dataset, the length of its bucket, and the row in it. */
	{ name: "dataset", type: "int32" },
	{ name: "bucket", type: "int32" },
	{ name: "row", type: "int64" },
	{ name: "input_ids", type: "list<int32>" },
	{ name: "seq_lengths", type: "list<int32>" },
];

/** One row a batch: all its sequences, and where they are from. */
const FLAT: Schema = [
	{ name: "dataset", type: "list<int32>" },
	{ name: "bucket", type: "list<int32>" },
	{ name: "row", type: "list<int64>" },
	{ name: "input_ids", type: "list<int32>" },
	{ name: "seq_lengths", type: "list<int32>" },
];
