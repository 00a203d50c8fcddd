import type { Group, Problem } from "./problem.js";
import { longestFirst, WorkTable } from "./work-table.js";

/**
 * Rows shared between ranks where each counts as the longest of its micro-batch: rows next to
 * each other by length, in the fewest micro-batches that hold them. Null where the micro-batches
 * are given and are too few, or where there are fewer rows than ranks.
 */
export function planPadded(problem: Problem): Group[][] | null {
	const { devices, items, microBatches } = problem;
	const order = longestFirst(problem);
	const runs = new Runs(problem, order);
	const fewest =
		microBatches ?? Math.ceil(runs.within(Infinity).length / devices);
	const count = fewest * devices;
	if (count > items.tokens.length) return null;
	if (runs.within(Infinity).length > count) return null;
	const ends = runs.split(runs.within(runs.leastLimit(count)), count);
	const groups = ends.map((end, i) => ({
		degree: 1,
		items: order.subarray(i === 0 ? 0 : ends[i - 1], end),
	}));
	return Array.from({ length: fewest }, (_, i) =>
		groups.slice(i * devices, (i + 1) * devices),
	);
}

/** Runs of rows, the costliest first; each is said by where it ends. */
class Runs {
	readonly #tokens: Int32Array;
	readonly #works: Float64Array;
	readonly #capacity: number;

	constructor(problem: Problem, order: Int32Array) {
		const works = new WorkTable(problem).of(1);
		this.#tokens = order.map((item) => problem.items.tokens[item]);
		this.#works = Float64Array.from(order, (item) => works[item]);
		this.#capacity = problem.capacity;
	}

	/** The fewest runs that cost no more than a limit, but for runs of one row. */
	within(limit: number): number[] {
		const ends: number[] = [];
		let start = 0;
		let longest = 0;
		for (let at = 0; at <= this.#tokens.length; at++) {
			const rows = at - start + 1;
			const most = Math.max(longest, this.#tokens[at]);
			if (
				at < this.#tokens.length &&
				(rows === 1 ||
					(rows * most <= this.#capacity && rows * this.#works[start] <= limit))
			) {
				longest = most;
				continue;
			}
			ends.push(at);
			start = at;
			longest = this.#tokens[at];
		}
		return ends;
	}

	/** About the least limit within which there are at most `count` runs. */
	leastLimit(count: number): number {
		let low = this.#works[0];
		if (this.within(low).length <= count) return low;
		let high = this.#tokens.length * low;
		for (let i = 0; i < 40 && high > low * (1 + 1e-6); i++) {
			const middle = (low + high) / 2;
			if (this.within(middle).length <= count) high = middle;
			else low = middle;
		}
		return high;
	}

	/** Runs cut in two, the costliest first, until there are `count`. */
	split(ends: number[], count: number): number[] {
		const all = [...ends];
		while (all.length < count) {
			let costliest = -1;
			let most = -1;
			for (let i = 0; i < all.length; i++) {
				const start = i === 0 ? 0 : all[i - 1];
				const rows = all[i] - start;
				if (rows > 1 && rows * this.#works[start] > most) {
					most = rows * this.#works[start];
					costliest = i;
				}
			}
			const start = costliest === 0 ? 0 : all[costliest - 1];
			const middle = start + ((all[costliest] - start) >> 1);
			all.splice(costliest, 0, middle);
		}
		return all;
	}
}
