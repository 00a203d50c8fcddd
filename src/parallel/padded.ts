import type { Group, Problem } from "./problem.js";
import { longestFirst, WorkTable } from "./work-table.js";

/**
 * Rows shared between ranks where each counts as the longest of its micro-batch: rows next to
 * each other by length, in the fewest micro-batches that hold them. Null where the micro-batches
 * are given and are too few, or where there are fewer rows than ranks.
 */
export function planPadded(problem: Problem): Group[][] | null {
	const { devices, microBatches } = problem;
	const order = longestFirst(problem);
	const runs = new Runs(problem, order);
	const fewest = runs.within(Infinity).length;
	const count = microBatches ?? Math.ceil(fewest / devices);
	if (fewest > count * devices || count * devices > order.length) return null;
	const ends = runs.evenly(count * devices);
	return Array.from({ length: count }, (_, i) => {
		// The runs of all micro-batches are as even as can be, those of each may be more so.
		const first = i === 0 ? 0 : ends[i * devices - 1];
		const own = order.subarray(first, ends[(i + 1) * devices - 1]);
		const cuts = [0, ...new Runs(problem, own).evenly(devices)];
		return cuts
			.slice(1)
			.map((end, at) => ({ degree: 1, items: own.subarray(cuts[at], end) }));
	});
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

	/** Exactly `count` runs, the costliest as cheap as can be. */
	evenly(count: number): number[] {
		let low = this.#works[0];
		let high = this.#tokens.length * low;
		if (this.within(low).length <= count) high = low;
		while (high > low * (1 + 1e-6)) {
			const middle = (low + high) / 2;
			if (this.within(middle).length <= count) high = middle;
			else low = middle;
		}
		return this.#split(this.within(high), count);
	}

	/** Runs cut in two, the costliest first, until there are `count`. */
	#split(ends: number[], count: number): number[] {
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
