import { sum } from "../core/arithmetic.js";
import { assignInOrder } from "./assign.js";
import { Assignment } from "./assignment.js";
import { exchangeItems } from "./exchange.js";
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
	const fewest =
		problem.microBatches ??
		Math.ceil(sum(problem.items.tokens) / (problem.devices * problem.capacity));
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

	/** The better of two ways. */
	plan(count: number): Assignment[] | null {
		let best: Assignment[] | null = null;
		let least = Number.POSITIVE_INFINITY;
		for (const plan of [this.#allAtOnce(count), this.#byLevels(count)]) {
			if (plan === null) continue;
			for (const microBatch of plan)
				exchangeItems(microBatch, this.#problem.items.tokens);
			const took = sum(plan.map((one) => one.loads[one.slowest()]));
			if (took < least) {
				least = took;
				best = plan;
			}
		}
		return best;
	}

	#empty(groups = this.#groups): Assignment {
		return new Assignment(
			this.#problem,
			this.#table,
			new Array(groups).fill(this.#degree),
		);
	}

	/** All groups of all micro-batches as equal as can be; those most alike are a micro-batch. */
	#allAtOnce(count: number): Assignment[] | null {
		const groups = count * this.#groups;
		const degrees = new Array(groups).fill(this.#degree);
		const assigned =
			assignInOrder(this.#problem, this.#table, this.#order, degrees) ??
			this.#bestFit(groups);
		if (assigned === null) return null;
		const costliest = Array.from(degrees.keys()).sort(
			(a, b) => assigned.loads[b] - assigned.loads[a] || a - b,
		);
		return Array.from({ length: count }, (_, microBatch) => {
			const one = this.#empty();
			for (let group = 0; group < this.#groups; group++)
				for (const item of assigned.members[
					costliest[microBatch * this.#groups + group]
				])
					one.add(item, group);
			return one;
		});
	}

	/** Those of most tokens first, to the fullest group with room for them. */
	#bestFit(groups: number): Assignment | null {
		const { tokens } = this.#problem.items;
		if (groups > tokens.length) return null;
		const assigned = this.#empty(groups);
		const order = Int32Array.from(this.#order).sort(
			(a, b) => tokens[b] - tokens[a] || a - b,
		);
		for (const [at, item] of order.entries()) {
			let best = -1;
			for (let group = 0; group < groups; group++)
				if (
					assigned.holds(group, tokens[item]) &&
					(best === -1 || assigned.tokens[group] > assigned.tokens[best])
				)
					best = group;
			if (best === -1) return null;
			// The last ones are for the groups that have none.
			const empty = assigned.members.findIndex(({ length }) => length === 0);
			const emptyGroups =
				empty === -1
					? 0
					: assigned.members.filter(({ length }) => !length).length;
			assigned.add(item, emptyGroups === order.length - at ? empty : best);
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
