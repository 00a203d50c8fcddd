import type { Problem } from "./problem.js";
import type { WorkTable } from "./work-table.js";

/** Which group of a micro-batch takes which of its items. */
export class Assignment {
	/** Of each group. */
	readonly degrees: readonly number[];
	readonly works: readonly Float64Array[];
	readonly loads: Float64Array;
	readonly tokens: Float64Array;
	/** Of each group its items, those of most work first. */
	readonly members: number[][];
	readonly #itemTokens: Int32Array;
	readonly #capacity: number;

	/** @param degrees Of each group. */
	constructor(problem: Problem, table: WorkTable, degrees: readonly number[]) {
		this.degrees = degrees;
		this.works = degrees.map((degree) => table.of(degree));
		this.loads = new Float64Array(degrees.length);
		this.tokens = new Float64Array(degrees.length);
		this.members = degrees.map(() => []);
		this.#itemTokens = problem.items.tokens;
		this.#capacity = problem.capacity;
	}

	holds(group: number, more: number): boolean {
		return this.tokens[group] + more <= this.degrees[group] * this.#capacity;
	}

	add(item: number, group: number) {
		const members = this.members[group];
		const works = this.works[group];
		let at = members.length;
		while (at > 0 && works[members[at - 1]] < works[item]) at--;
		members.splice(at, 0, item);
		this.loads[group] += this.works[group][item];
		this.tokens[group] += this.#itemTokens[item];
	}

	remove(at: number, group: number): number {
		const [item] = this.members[group].splice(at, 1);
		this.loads[group] -= this.works[group][item];
		this.tokens[group] -= this.#itemTokens[item];
		return item;
	}

	/** The group that takes longest. */
	slowest(): number {
		let slowest = 0;
		for (let group = 1; group < this.loads.length; group++)
			if (this.loads[group] > this.loads[slowest]) slowest = group;
		return slowest;
	}

	/** How many devices a token is shared between, summed over tokens. */
	spread(): number {
		let spread = 0;
		for (let group = 0; group < this.degrees.length; group++)
			spread += this.tokens[group] * this.degrees[group];
		return spread;
	}
}
