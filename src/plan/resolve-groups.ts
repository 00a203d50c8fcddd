import { optionName, UsageError } from "../core/errors.js";
import type { Resolved } from "../core/option.js";
import { type BatchKindName, batchKinds } from "../curriculum/batch-kinds.js";
import type { CurriculumOptions } from "../options/curriculum.js";
import type { parallelTable } from "../options/parallel.js";
import {
	checkCost,
	type GroupCost,
	SQUARED_LENGTH,
} from "../parallel/group-cost.js";
import type { ParallelRule } from "../parallel/parallel-plans.js";
import { requireDevices } from "../parallel/plan-groups.js";
import type { DatasetBuckets } from "./dataset-buckets.js";

/** How the rows of each step are shared out among ranks. */
export interface GroupsTask {
	/** How groups are made; null: each rank is one. */
	rule: ParallelRule | null;
	ranks: number;
	/** Most tokens of a rank in a micro-batch. */
	maxTokens: number;
	cost: GroupCost;
}

/**
 * What the options say of groups of ranks; null where they say nothing.
 * @throws UsageError
 */
export function resolveGroups(
	options: Resolved<typeof parallelTable> & { worldSize: number },
	given: Pick<CurriculumOptions, "worldSize">,
): GroupsTask | null {
	const { maxTokensPerMicroBatch, parallelPlan, cost } = options;
	if (maxTokensPerMicroBatch === undefined && parallelPlan === undefined) {
		if (cost === undefined) return null;
		throw new UsageError(
			"ignored-option",
			`${optionName("cost")} would change nothing: it is for ${optionName("parallelPlan")} or ${optionName("maxTokensPerMicroBatch")}, and neither is given. Leave it out.`,
		);
	}
	if (parallelPlan === undefined) {
		const { worldSize: ranks } = options;
		const maxTokens = maxTokensPerMicroBatch as number;
		return { rule: null, ranks, maxTokens, cost: costOf(cost, ranks) };
	}
	if (maxTokensPerMicroBatch !== undefined)
		throw new UsageError(
			"ignored-option",
			`${optionName("parallelPlan")} cuts steps into micro-batches by ${optionName("tokensPerDevice")}: leave out ${optionName("maxTokensPerMicroBatch")}.`,
		);
	const { devices, tokensPerDevice } = options;
	if (devices === undefined || tokensPerDevice === undefined)
		throw new Error("a rule has devices and their tokens");
	if (given.worldSize !== undefined && given.worldSize !== devices)
		throw new UsageError(
			"bad-option",
			`${optionName("devices")} is ${devices}, which are the ranks of the plan, and ${optionName("worldSize")} is ${given.worldSize}: leave out ${optionName("worldSize")}.`,
		);
	requireDevices(parallelPlan, devices);
	return {
		rule: parallelPlan,
		ranks: devices,
		maxTokens: tokensPerDevice,
		cost: costOf(cost, devices),
	};
}

function costOf(cost: Partial<GroupCost> | undefined, ranks: number) {
	return cost === undefined ? SQUARED_LENGTH : checkCost(cost, ranks);
}

/** @throws UsageError where batches cannot be shared out so, or rows are trees, which ranks cannot share */
export function requireShared(
	{ rule }: GroupsTask,
	batches: BatchKindName,
	datasets: readonly Pick<DatasetBuckets, "manifest" | "directory">[],
): void {
	const possible = batchKinds.where(
		({ items }) => items === "rows" || (rule === null && items === "sequences"),
	);
	if (!possible.includes(batches))
		throw new UsageError(
			"bad-option",
			rule === null
				? `${optionName("batches")} is ${batches}, whose steps are not cut into micro-batches (${optionName("maxTokensPerMicroBatch")}): give one of ${possible.join(", ")}.`
				: `${optionName("batches")} is ${batches}, and groups of ranks share whole rows (${optionName("parallelPlan")}): give one of ${possible.join(", ")}.`,
		);
	const trees = datasets.find(
		({ manifest }) => manifest.settings.prefixTree !== undefined,
	);
	if (trees === undefined) return;
	throw new UsageError(
		"bad-option",
		`${optionName(rule === null ? "maxTokensPerMicroBatch" : "parallelPlan")} cannot be had of ${trees.directory}, whose rows are trees of prefixes: what a token sees may be anywhere before it. Leave it out, or pack the store without ${optionName("prefixTree")}.`,
	);
}
