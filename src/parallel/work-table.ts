import { workOf } from "./group-cost.js";
import type { Problem } from "./problem.js";

/** What each item takes on groups of each degree, but for `fixed`. */
export class WorkTable {
	readonly #problem: Problem;
	readonly #byDegree = new Map<number, Float64Array>();

	constructor(problem: Problem) {
		this.#problem = problem;
	}

	of(degree: number): Float64Array {
		let works = this.#byDegree.get(degree);
		if (works === undefined) {
			const { items, cost } = this.#problem;
			works = Float64Array.from(items.tokens, (tokens, i) =>
				workOf(cost, tokens, items.squares[i], degree),
			);
			this.#byDegree.set(degree, works);
		}
		return works;
	}
}

/** Items by what they take on one device, then by tokens, the most first. */
export function longestFirst({ items, cost }: Problem): Int32Array {
	const { tokens, squares } = items;
	const works = Float64Array.from(tokens, (count, i) =>
		workOf(cost, count, squares[i], 1),
	);
	return Int32Array.from(tokens.keys()).sort(
		(a, b) => works[b] - works[a] || tokens[b] - tokens[a] || a - b,
	);
}
