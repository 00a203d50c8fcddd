import { UsageError } from "../core/errors.js";
import type { Random } from "../core/random.js";
import { shareOfCycle } from "./cycles.js";
import type { Schedule } from "./schedule.js";

/**
 * The odds of each bucket, the shortest first, by the number of buckets: a step's
 * bucket is drawn with these times the bucket's tokens in the cycle. They stay as
 * they are through a cycle, and nothing is drawn twice, so that where short buckets
 * are likelier they run out first, and the mean length grows by itself (Dataset
 * Decomposition, 2405.13226, section 3.3).
 */
export const oddsByName: Readonly<
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
	if (!Object.hasOwn(oddsByName, name))
		throw new UsageError(
			"unknown-schedule",
			`there is no schedule "${name}"; there are: ${Object.keys(oddsByName).join(", ")}.`,
		);
	return oddsByName[name](buckets);
}

/** Odds by rank, the shortest bucket's the highest. */
function falling(buckets: number, odds: (rank: number) => number): number[] {
	return Array.from({ length: buckets }, (_, b) => odds(buckets - 1 - b));
}

/** A schedule whose steps are drawn with fixed odds, in each cycle until it has none left. */
export function drawnBy(
	odds: (buckets: number) => readonly number[],
): Schedule {
	return {
		takes: [],
		order(steps, _lengths, { cycles }, random) {
			const order = new Uint16Array(steps.reduce((sum, n) => sum + n, 0));
			const given = odds(steps.length);
			let at = 0;
			for (let cycle = 0; cycle < cycles; cycle++) {
				const left = steps.map((n) => shareOfCycle(n, cycles, cycle));
				// Steps have equal tokens, so that their number stands for tokens.
				const weights = left.map((n, b) => n * given[b]);
				at = draw(left, weights, order, at, random);
			}
			return order;
		},
	};
}

/** Draws all that is left, writes it to `order` from `at` on, and returns where it ends. */
function draw(
	left: number[],
	weights: number[],
	order: Uint16Array,
	at: number,
	random: Random,
): number {
	let total = sumOf(weights);
	let end = at;
	for (let remaining = sumOf(left); remaining > 0; remaining--) {
		let point = ((random() * 2 ** 21 + (random() >>> 11)) / 2 ** 53) * total;
		let bucket = -1;
		for (let b = 0; b < weights.length; b++) {
			if (left[b] === 0) continue;
			bucket = b;
			point -= weights[b];
			if (point < 0) break;
		}
		order[end++] = bucket;
		if (--left[bucket] === 0) {
			weights[bucket] = 0;
			total = sumOf(weights);
		}
	}
	return end;
}

function sumOf(numbers: readonly number[]): number {
	return numbers.reduce((sum, n) => sum + n, 0);
}
