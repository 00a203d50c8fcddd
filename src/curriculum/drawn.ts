import type { Random } from "../core/random.js";
import { shareOfCycle } from "./cycles.js";
import type { Schedule } from "./schedule.js";

// A step's bucket is drawn with the bucket's odds times its tokens in the cycle. Odds
// stay as they are through a cycle, and nothing is drawn twice, so that where short
// buckets are likelier they run out first, and the mean length grows by itself
// (Dataset Decomposition, 2405.13226, section 3.3).

/** A schedule whose steps are drawn with fixed odds: of each bucket by the number of buckets, the shortest first. */
export function drawnBy(
	meaning: string,
	odds: (buckets: number) => number[],
): Schedule<Record<never, never>> {
	return {
		meaning,
		options: {},
		odds,
		oddsOf: odds,
		order: (steps, _lengths, { cycles }, random) =>
			drawSteps(steps, odds(steps.length), cycles, random),
	};
}

/** Odds by rank, the shortest bucket's rank the highest. */
export function oddsByRank(
	odds: (rank: number) => number,
): (buckets: number) => number[] {
	return (buckets) =>
		Array.from({ length: buckets }, (_, b) => odds(buckets - 1 - b));
}

/** The bucket of each step, in each cycle until it has none left. */
export function drawSteps(
	steps: readonly number[],
	odds: readonly number[],
	cycles: number,
	random: Random,
): Uint16Array {
	const order = new Uint16Array(sumOf(steps));
	let at = 0;
	for (let cycle = 0; cycle < cycles; cycle++) {
		const left = steps.map((n) => shareOfCycle(n, cycles, cycle));
		at = drawCycle(left, drawingWeights(left, odds), order, at, random);
	}
	return order;
}

/** What buckets are drawn by in a cycle: steps have equal tokens, so that their number stands for these. */
export function drawingWeights(
	ofCycle: readonly number[],
	odds: readonly number[],
): number[] {
	return ofCycle.map((n, b) => n * odds[b]);
}

/** Draws all that is left, writes it to `order` from `at` on, and returns where it ends. */
function drawCycle(
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
