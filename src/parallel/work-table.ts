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
			works = worksOn(this.#problem, degree);
			this.#byDegree.set(degree, works);
		}
		return works;
	}
}

function worksOn({ items, cost }: Problem, degree: number): Float64Array {
	const { tokens, squares } = items;
	const works = new Float64Array(tokens.length);
	for (let i = 0; i < works.length; i++)
		works[i] = workOf(cost, tokens[i], squares[i], degree);
	return works;
}

/** Items by what they take on one device, then by tokens, the most first. */
export function longestFirst(problem: Problem): Int32Array {
	const { tokens } = problem.items;
	const works = worksOn(problem, 1);
	return Int32Array.from(tokens.keys()).sort(
		(a, b) => works[b] - works[a] || tokens[b] - tokens[a] || a - b,
	);
}
