import { UsageError } from "../core/errors.js";
import { batchColumns } from "../masks/batch-columns.js";
import { type SequenceShares, shareOfRow } from "../masks/sequence-parallel.js";
import type { CurriculumPlan } from "./plan.js";

/** What a rank is given of each step, and how. */
export interface BatchSettings {
	rank: number;
	worldSize: number;
	/** Names from `batchColumns`. */
	columns: readonly string[];
	/** Share rows out by cost, not in their order. */
	balanceRanks: boolean;
	/** Ranks that share each row. */
	sequenceParallel: number;
	sequenceShares: SequenceShares;
}

/**
 * Checks that a plan can be read so.
 * @throws UsageError that says the numbers and a way out
 */
export function checkBatchSettings(
	plan: CurriculumPlan,
	{ rank, worldSize, columns, sequenceParallel, sequenceShares }: BatchSettings,
): void {
	if (!Number.isInteger(rank) || rank < 0 || rank >= worldSize)
		throw new UsageError(
			"bad-rank",
			`there is no rank ${rank} (--rank) among ${worldSize} ranks (--world-size): give one from 0 to ${worldSize - 1}.`,
		);
	for (const column of columns)
		if (!Object.hasOwn(batchColumns, column))
			throw new UsageError(
				"bad-option",
				`columns (--columns) is "${column}": give one of ${Object.keys(batchColumns).join(", ")}.`,
			);
	if (sequenceParallel > 1 && columns.includes("cu_seqlens"))
		throw new UsageError(
			"bad-option",
			"cu_seqlens are of whole rows, and --sequence-parallel cuts them: leave one of the two out.",
		);
	if (worldSize % sequenceParallel !== 0)
		throw new UsageError(
			"bad-sequence-parallel",
			`${sequenceParallel} ranks that share a row (--sequence-parallel) do not divide the ${worldSize} ranks (--world-size).`,
		);
	const groups = worldSize / sequenceParallel;
	for (const { buckets } of plan.stages)
		for (const { length, batchRows } of buckets) {
			const rows = plan.batches === "token-budget" ? plan.worldSize : batchRows;
			if (rows % groups !== 0)
				throw new UsageError(
					"bad-world-size",
					`${groups} ranks${sequenceParallel > 1 ? `, of ${sequenceParallel} each,` : ""} do not divide the ${rows} ${plan.batches === "token-budget" ? "sequences that batches are multiples of" : `sequences of ${length} tokens in a step`}: use as many ranks as divide them, or plan again with --world-size ${groups}.`,
				);
			if (
				sequenceParallel > 1 &&
				plan.batches !== "flat" &&
				plan.batches !== "token-budget"
			)
				shareOfRow(length, sequenceParallel, 0, sequenceShares);
		}
}
