import { UsageError } from "../core/errors.js";

/**
 * The odds of each bucket, the shortest first, by the number of buckets: a step's
 * bucket is drawn with these times the tokens that the bucket still has. Nothing is drawn
 * twice, so that where short buckets are likelier they run out first, and the mean
 * length grows by itself (Dataset Decomposition, 2405.13226, section 3.3).
 */
export const schedules: Readonly<
	Record<string, (buckets: number) => number[]>
> = {
	/** By tokens alone. */
	natural: (buckets) => Array(buckets).fill(1),
	"grow-linear": (buckets) => falling(buckets, (rank) => rank + 1),
	"grow-p2": (buckets) => falling(buckets, (rank) => 2 ** rank),
	/** In effect one bucket after the other, from the shortest on. */
	"grow-p100": (buckets) => falling(buckets, (rank) => 100 ** rank),
	"shrink-p100": (buckets) => falling(buckets, (rank) => 100 ** rank).reverse(),
};

/**
 * @param buckets How many there are.
 * @throws UsageError `unknown-schedule`
 */
export function scheduleOdds(name: string, buckets: number): number[] {
	if (!Object.hasOwn(schedules, name))
		throw new UsageError(
			"unknown-schedule",
			`there is no schedule "${name}"; there are: ${Object.keys(schedules).join(", ")}.`,
		);
	return schedules[name](buckets);
}

/** Odds by rank, the shortest bucket's the highest. */
function falling(buckets: number, odds: (rank: number) => number): number[] {
	return Array.from({ length: buckets }, (_, b) => odds(buckets - 1 - b));
}
