import { resolveBatches } from "../../../batches/batch-settings.js";
import { openDatasets } from "../../../batches/open-batches.js";
import { createReader } from "../../../batches/reader-source.js";
import { lengthsOf } from "../../../batches/step-items.js";
import { greatestCommonDivisor, sum } from "../../../core/arithmetic.js";
import { SQUARES } from "../../../pack/cost.js";
import type { CurriculumPlan } from "../../../plan/curriculum-plan.js";
import { storageAt } from "../../../storage/storages.js";
import { whenRead } from "../../../storage/when-read.js";
import type { PlanFigures } from "../figures.js";

/** Ranks that are told of, at most. */
export const MOST_RANKS = 1024;
/** Steps that are read, at most. */
export const MOST_STEPS = 256;
/** Rows whose lengths are read, at most about: of datasets here, and of those in an object store. */
const MOST_ROWS = 200_000;
const MOST_FAR_ROWS = 2_000;

/** What ranks have in some steps. */
export interface RankLoads {
	ranks: PlanFigures["ranks"];
	/** How many ranks there are, and how many steps were read. */
	worldSize: number;
	steps: number;
}

/**
 * Tokens of each rank, and what attention to them costs, over steps that are evenly chosen. Lengths are
 * read, and no tokens.
 * @throws UsageError, DataError where a dataset is not what the plan was made of
 */
export async function readRankLoads(
	directory: string,
	plan: CurriculumPlan,
): Promise<RankLoads> {
	const datasets = await openDatasets(directory, plan, undefined);
	// Stages may be for other numbers of ranks than the plan.
	const worldSize =
		plan.groups?.ranks ??
		plan.stages.reduce(
			(ranks, stage) =>
				greatestCommonDivisor(ranks, stage.worldSize ?? plan.worldSize),
			plan.worldSize,
		);
	const settings = resolveBatches(plan, { worldSize, readAhead: 0 });
	const far = datasets.some(
		(dataset) => storageAt(dataset.directory).readWhole !== undefined,
	);
	const chosen = chooseSteps(plan, far ? MOST_FAR_ROWS : MOST_ROWS);
	const tokens = new Float64Array(worldSize);
	const costs = new Float64Array(worldSize);
	if (chosen.length > 0) {
		const reader = await createReader({ directory, plan, datasets, settings });
		try {
			for (const step of chosen) {
				const { items, shares } = await whenRead(() => reader.sharesOf(step));
				for (const { firstRank, degree, items: own } of shares) {
					let ofShare = 0;
					let cost = 0;
					for (const item of own)
						for (const length of lengthsOf(items, item)) {
							ofShare += length;
							cost +=
								SQUARES.perToken * length + SQUARES.perSquare * length * length;
						}
					for (let rank = firstRank; rank < firstRank + degree; rank++) {
						tokens[rank] += ofShare / degree;
						costs[rank] += cost / degree;
					}
				}
			}
		} finally {
			reader.close();
		}
	}
	const told = Math.min(worldSize, MOST_RANKS);
	const ranks = Array.from({ length: told }, (_, i) => {
		const rank = Math.floor((i * worldSize) / told);
		return { rank, tokens: tokens[rank], cost: costs[rank] };
	});
	return { ranks, worldSize, steps: chosen.length };
}

/** Steps in the middle of equal spans. */
function chooseSteps(
	{ totals: { steps }, stages }: CurriculumPlan,
	mostRows: number,
): number[] {
	if (steps === 0) return [];
	// A step of sequences is of a pool of rows.
	const rows = sum(
		stages.map(
			(stage) =>
				stage.steps *
				(stage.pools?.rows ??
					sum(stage.buckets.map((b) => b.batchRows * b.steps)) /
						Math.max(1, stage.steps)),
		),
	);
	const most = Math.max(1, Math.floor((mostRows * steps) / Math.max(1, rows)));
	const count = Math.min(steps, most, MOST_STEPS);
	return Array.from({ length: count }, (_, i) =>
		Math.floor(((i + 0.5) * steps) / count),
	);
}
