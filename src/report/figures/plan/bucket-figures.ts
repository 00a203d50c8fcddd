import { sum } from "../../../core/arithmetic.js";
import type { CurriculumPlan } from "../../../plan/curriculum-plan.js";
import type { BucketFigures, Grouped } from "../figures.js";
import { groupedEntries } from "../grouped.js";

/** What a plan takes of the buckets of each length, the shortest first. */
export function bucketFigures({
	stages,
	datasets,
	totals,
	lanes,
	plusOne,
}: CurriculumPlan): Grouped<BucketFigures> {
	if (lanes !== undefined) return { entries: [], rest: null };
	const known = fillOf(datasets, Number(plusOne));
	const all = new Map<number, { rows: number; tokens: number }>();
	for (const { buckets, pools, tokens } of stages)
		for (const { length, batchRows, steps, sources } of buckets) {
			const before = all.get(length) ?? { rows: 0, tokens: 0 };
			const rows =
				pools === null
					? batchRows * steps
					: sum(sources.map((source) => source.rows));
			all.set(length, {
				rows: before.rows + rows,
				tokens: before.tokens + (pools === null ? rows * length : tokens),
			});
		}
	return groupedEntries(
		[...all].sort(([a], [b]) => a - b),
		([, counts]) => counts,
		([length, { rows, tokens }]) => ({
			...{ length, split: "train", stratum: null, rows, tokens },
			sequences: null,
			share: totals.tokens === 0 ? 0 : tokens / totals.tokens,
			fill: known.get(length) ?? 0,
		}),
	);
}

/** How full the rows of the datasets are, by length. */
function fillOf(
	datasets: CurriculumPlan["datasets"],
	extra: number,
): Map<number, number> {
	const all = new Map<number, { tokens: number; room: number }>();
	for (const { buckets } of datasets)
		for (const { length, rows, tokens } of buckets) {
			const before = all.get(length) ?? { tokens: 0, room: 0 };
			all.set(length, {
				tokens: before.tokens + tokens,
				room: before.room + rows * (length + extra),
			});
		}
	return new Map(
		[...all].map(([length, { tokens, room }]) => [
			length,
			room === 0 ? 0 : tokens / room,
		]),
	);
}
