import { sum } from "../core/arithmetic.js";
import { assignInOrder } from "./assign.js";
import { Assignment } from "./assignment.js";
import { exchangeItems } from "./exchange.js";
import { fewestMicroBatches } from "./fewest.js";
import type { Group, Problem } from "./problem.js";
import { longestFirst, WorkTable } from "./work-table.js";

/**
 * Items shared between groups of one degree, in as few micro-batches as are found, the groups of
 * each near each other. Null where the micro-batches are given and nothing is found, or where
 * there are fewer items than groups.
 * @returns The groups of each micro-batch; none is empty.
 */
export function planEqualGroups(
	problem: Problem,
	degree: number,
): Group[][] | null {
	const groups = problem.devices / degree;
	const order = longestFirst(problem);
	const table = new WorkTable(problem);
	const search = new EqualSearch(problem, table, order, degree);
	const fewest = problem.microBatches ?? fewestMicroBatches(problem, degree);
	const most = problem.microBatches ?? Math.floor(order.length / groups);
	for (let count = fewest; count <= most; count++) {
		const found = search.plan(count);
		if (found !== null)
			return found.map(({ members }) =>
				members.map((items) => ({ degree, items })),
			);
	}
	return null;
}

class EqualSearch {
	readonly #problem: Problem;
	readonly #table: WorkTable;
	readonly #order: Int32Array;
	readonly #degree: number;
	readonly #groups: number;

	constructor(
		problem: Problem,
		table: WorkTable,
		order: Int32Array,
		degree: number,
	) {
		this.#problem = problem;
		this.#table = table;
		this.#order = order;
		this.#degree = degree;
		this.#groups = problem.devices / degree;
	}

	/** The best of some ways. */
	plan(count: number): Assignment[] | null {
		const { tokens } = this.#problem.items;
		let best: Assignment[] | null = null;
		let least = Number.POSITIVE_INFINITY;
		for (const plan of this.#ways(count)) {
			for (const microBatch of plan) exchangeItems(microBatch, tokens);
			const took = sum(plan.map((one) => one.loads[one.slowest()]));
			if (took >= least) continue;
			least = took;
			best = plan;
		}
		return best;
	}

	*#ways(count: number): Generator<Assignment[]> {
		const groups = count * this.#groups;
		if (groups > this.#order.length) return;
		const byWork = assignInOrder(
			...([this.#problem, this.#table, this.#order] as const),
			new Array(groups).fill(this.#degree),
		);
		if (byWork !== null) yield this.#microBatches(byWork);
		const byTokens = this.#byTokens(groups, "emptiest");
		if (byTokens !== null) yield this.#microBatches(byTokens);
		const byLevels = this.#byLevels(count);
		if (byLevels !== null) yield byLevels;
		if (byWork !== null || byTokens !== null || byLevels !== null) return;
		const bestFit = this.#byTokens(groups, "fullest");
		if (bestFit !== null) yield this.#microBatches(bestFit);
	}

	#empty(groups = this.#groups): Assignment {
		return new Assignment(
			this.#problem,
			this.#table,
			new Array(groups).fill(this.#degree),
		);
	}

	/** Groups that cost nearly the same become a micro-batch. */
	#microBatches({ loads, members }: Assignment): Assignment[] {
		const costliest = Array.from(loads.keys()).sort(
			(a, b) => loads[b] - loads[a] || a - b,
		);
		return Array.from({ length: loads.length / this.#groups }, (_, at) => {
			const one = this.#empty();
			for (let group = 0; group < this.#groups; group++)
				for (const item of members[costliest[at * this.#groups + group]])
					one.add(item, group);
			return one;
		});
	}

	/** Those of most tokens first, to the emptiest or the fullest group with room for them. */
	#byTokens(
		groups: number,
		preferred: "emptiest" | "fullest",
	): Assignment | null {
		const { tokens } = this.#problem.items;
		const assigned = this.#empty(groups);
		const order = Int32Array.from(this.#order).sort(
			(a, b) => tokens[b] - tokens[a] || a - b,
		);
		let empty = groups;
		for (const [at, item] of order.entries()) {
			// The last ones are for the groups that have none.
			const mustFill = empty === order.length - at;
			let best = -1;
			for (let group = 0; group < groups; group++) {
				if (mustFill && assigned.members[group].length > 0) continue;
				if (!assigned.holds(group, tokens[item])) continue;
				const more = assigned.tokens[group] - assigned.tokens[best];
				if (best === -1 || (preferred === "fullest" ? more > 0 : more < 0))
					best = group;
			}
			if (best === -1) return null;
			if (assigned.members[best].length === 0) empty--;
			assigned.add(item, best);
		}
		return assigned;
	}

	/**
	 * One micro-batch after the other, each filled to the level of the costliest item that is
	 * left, or to the mean of what is left; the last has the rest.
	 */
	#byLevels(count: number): Assignment[] | null {
		const works = this.#table.of(this.#degree);
		const { tokens } = this.#problem.items;
		const plan: Assignment[] = [];
		let left = this.#order;
		for (let more = count; more > 1; more--) {
			const all = left.reduce((total, item) => total + works[item], 0);
			const level = Math.max(works[left[0]], all / (more * this.#groups));
			const one = this.#empty();
			const over: number[] = [];
			for (const [at, item] of left.entries()) {
				const keep = (more - 1) * this.#groups;
				const mustStay = over.length + left.length - at <= keep;
				const group = mustStay ? -1 : leastLoaded(one, tokens[item]);
				if (
					group !== -1 &&
					(one.members[group].length === 0 ||
						one.loads[group] + works[item] <= level)
				)
					one.add(item, group);
				else over.push(item);
			}
			if (one.members.some(({ length }) => length === 0)) return null;
			plan.push(one);
			left = Int32Array.from(over);
		}
		const last = assignInOrder(
			this.#problem,
			this.#table,
			left,
			new Array(this.#groups).fill(this.#degree),
		);
		return last === null ? null : [...plan, last];
	}
}

function leastLoaded(assigned: Assignment, tokens: number): number {
	let least = -1;
	for (let group = 0; group < assigned.loads.length; group++)
		if (
			assigned.holds(group, tokens) &&
			(least === -1 || assigned.loads[group] < assigned.loads[least])
		)
			least = group;
	return least;
}
