import type { DatasetFile } from "../dataset/manifest.js";
import type { GroupCost } from "../parallel/group-cost.js";
import type { ParallelRule } from "../parallel/parallel-plans.js";
import type { Schema } from "../tables/columns.js";

/** The name of a plan's groups of ranks, in its directory, by their SHA-256. */
export function groupsName(sha256: string): string {
	return `groups-${sha256.slice(0, 8)}.arrow`;
}

/** A row for each group of ranks in each micro-batch: step by step, micro-batch by micro-batch, by first rank. */
export const groupsSchema: Schema = [
	{ name: "step", type: "int32" },
	{ name: "micro_batch", type: "int32" },
	/** Its ranks: `degree` of them, from the first on. */
	{ name: "first_rank", type: "int32" },
	{ name: "degree", type: "int32" },
	/** Labels of its rows. */
	{ name: "labels", type: "int32" },
	/** What it is predicted to take, in the unit of the cost model. */
	{ name: "cost", type: "float64" },
	/** Its rows, by their numbers in the step, ascending. */
	{ name: "items", type: "list<int32>" },
];

/** Rows of a record batch of the groups. */
export const GROUP_BATCH_ROWS = 1 << 14;

/** A group of ranks in a micro-batch of a step: see `groupsSchema`. */
export interface StepGroup {
	microBatch: number;
	firstRank: number;
	degree: number;
	labels: number;
	cost: number;
	items: Int32Array;
}

/** Where the groups of a step are in the file, and how many micro-batches they make. */
export interface GroupsOfStep {
	first: number;
	count: number;
	microBatches: number;
}

/** What a plan says of its groups of ranks. */
export interface PlanGroups extends DatasetFile {
	/** Groups of all steps. */
	rows: number;
	/** How groups were made; null: each rank is one. */
	rule: ParallelRule | null;
	ranks: number;
	/** Most tokens of a rank in a micro-batch. */
	maxTokens: number;
	cost: GroupCost;
	/** How many ranks groups have, ascending. */
	degrees: number[];
	summary: GroupsSummary;
}

/** How good the groups are. Gaps and imbalances are shares above 1. */
export interface GroupsSummary {
	/** Micro-batches of all steps. */
	microBatches: number;
	/** What all steps are predicted to take, and what no plan beats, in the unit of the cost model. */
	predicted: number;
	bound: number;
	/** Steps of which no other groups of the rule cost less, as a search has shown. */
	exactSteps: number;
	/** What steps are predicted to take over their bounds. */
	meanGap: number;
	worstGap: number;
	/** What the busiest rank of a step has, in all its micro-batches together, over the mean of the ranks. */
	meanImbalance: number;
	worstImbalance: number;
	/** Steps whose imbalance is above `EVEN`, and the least that it can be in the worst of them. */
	unevenSteps: number;
	leastImbalance: number;
}

/** The imbalance up to which ranks count as even. */
export const EVEN = 1.01;
