import { sum } from "../core/arithmetic.js";
import type { Group, Problem, Solution } from "./problem.js";
import { longestFirst, WorkTable } from "./work-table.js";

/** The most steps that the search may take: some milliseconds. */
const MOST_STEPS = 1_500_000;

/**
 * The best plan of groups of powers of two, by dynamic programming over what can be taken of
 * items that are alike; null where that would be long. Undefined where there is none.
 */
export function exactPlan(problem: Problem): Solution | null | undefined {
	const { devices, items, microBatches } = problem;
	let stepsOfPair = microBatches ?? items.tokens.length;
	for (let degree = 1; degree <= devices; degree *= 2)
		stepsOfPair += devices - degree + 1;
	const kinds = kindsOf(problem, MOST_STEPS / stepsOfPair);
	return kinds === null ? null : new Search(problem, kinds).solve();
}

/** Items with the same tokens and squares; null where they have more than so many parts. */
function kindsOf(problem: Problem, mostPairs: number): number[][] | null {
	const { tokens, squares } = problem.items;
	const kinds: number[][] = [];
	let pairs = 1;
	let pairsBefore = 1;
	for (const item of longestFirst(problem)) {
		const kind = kinds.at(-1);
		if (
			kind !== undefined &&
			tokens[kind[0]] === tokens[item] &&
			squares[kind[0]] === squares[item]
		)
			kind.push(item);
		else {
			pairsBefore = pairs;
			kinds.push([item]);
		}
		const count = kinds[kinds.length - 1].length;
		pairs = (pairsBefore * (count + 1) * (count + 2)) / 2;
		if (pairs > mostPairs) return null;
	}
	return kinds;
}

/**
 * A state says how many of each kind are taken, in mixed radix: `state = sum of taken * unit`.
 * Parts of a state are the states that take no more of any kind.
 */
class Search {
	readonly #problem: Problem;
	readonly #kinds: number[][];
	readonly #units: number[];
	readonly #states: number;
	readonly #degrees: number[] = [];
	/** Of each degree and state what a group takes; infinite where it does not hold it. */
	readonly #groups: Float64Array[];
	/** Of each number of devices and state the slowest group at best. */
	readonly #slowest: Float64Array[];
	/** And the last group of it: its degree and its state. */
	readonly #lastDegree: Int32Array[];
	readonly #lastPart: Int32Array[];

	constructor(problem: Problem, kinds: number[][]) {
		this.#problem = problem;
		this.#kinds = kinds;
		let states = 1;
		this.#units = kinds.map(({ length }) => {
			const unit = states;
			states *= length + 1;
			return unit;
		});
		this.#states = states;
		for (let degree = 1; degree <= problem.devices; degree *= 2)
			this.#degrees.push(degree);
		this.#groups = this.#degrees.map((degree) => this.#groupCosts(degree));
		const byDevices = <T>(make: () => T) =>
			Array.from({ length: problem.devices + 1 }, make);
		this.#slowest = byDevices(() =>
			new Float64Array(states).fill(Number.POSITIVE_INFINITY),
		);
		this.#lastDegree = byDevices(() => new Int32Array(states));
		this.#lastPart = byDevices(() => new Int32Array(states));
	}

	#taken(state: number, kind: number): number {
		return (
			Math.floor(state / this.#units[kind]) % (this.#kinds[kind].length + 1)
		);
	}

	#groupCosts(degree: number): Float64Array {
		const { items, capacity, cost } = this.#problem;
		const works = new WorkTable(this.#problem).of(degree);
		const costs = new Float64Array(this.#states);
		for (let state = 0; state < this.#states; state++) {
			let tokens = 0;
			let work = 0;
			for (const [kind, [item]] of this.#kinds.entries()) {
				const taken = this.#taken(state, kind);
				tokens += taken * items.tokens[item];
				work += taken * works[item];
			}
			costs[state] =
				tokens > degree * capacity
					? Number.POSITIVE_INFINITY
					: work + cost.fixed;
		}
		return costs;
	}

	solve(): Solution | undefined {
		this.#fillMicroBatches();
		const found = this.#joinMicroBatches();
		if (found === undefined) return undefined;
		const left = this.#kinds.map((kind) => [...kind]);
		return {
			microBatches: found.map((state) => this.#groupsOf(state, left)),
			isExact: true,
		};
	}

	#fillMicroBatches() {
		const { devices } = this.#problem;
		this.#slowest[0][0] = 0;
		for (let state = 1; state < this.#states; state++)
			this.#eachPart(state, (part) => {
				const rest = state - part;
				for (let at = 0; at < this.#degrees.length; at++) {
					const cost = this.#groups[at][part];
					if (cost === Number.POSITIVE_INFINITY) continue;
					const degree = this.#degrees[at];
					for (let used = degree; used <= devices; used++) {
						const slowest = Math.max(cost, this.#slowest[used - degree][rest]);
						if (slowest < this.#slowest[used][state]) {
							this.#slowest[used][state] = slowest;
							this.#lastDegree[used][state] = degree;
							this.#lastPart[used][state] = part;
						}
					}
				}
			});
	}

	/** The states of the micro-batches that take least together. */
	#joinMicroBatches(): number[] | undefined {
		const { devices, microBatches } = this.#problem;
		const one = this.#slowest[devices];
		const all = this.#states - 1;
		const items = sum(this.#kinds.map(({ length }) => length));
		const most = microBatches ?? items;
		let before = one;
		const parts: Int32Array[] = [];
		let best =
			microBatches === null || microBatches === 1 ? one[all] : Infinity;
		let bestCount = 1;
		for (let count = 2; count <= most; count++) {
			const least = new Float64Array(this.#states).fill(Infinity);
			const part = new Int32Array(this.#states);
			const last = before;
			for (let state = 1; state < this.#states; state++)
				this.#eachPart(state, (taken) => {
					const cost = one[taken] + last[state - taken];
					if (cost < least[state]) {
						least[state] = cost;
						part[state] = taken;
					}
				});
			parts.push(part);
			before = least;
			const counts = microBatches === null || microBatches === count;
			if (counts && least[all] < best) {
				best = least[all];
				bestCount = count;
			}
		}
		if (best === Number.POSITIVE_INFINITY) return undefined;
		const found: number[] = [];
		let state = all;
		for (let count = bestCount; count > 1; count--) {
			const taken = parts[count - 2][state];
			found.push(taken);
			state -= taken;
		}
		return [...found, state];
	}

	#groupsOf(state: number, left: number[][]): Group[] {
		const groups: Group[] = [];
		let rest = state;
		for (let used = this.#problem.devices; used > 0; ) {
			const degree = this.#lastDegree[used][rest];
			const part = this.#lastPart[used][rest];
			const items = left.flatMap((kind, i) =>
				kind.splice(0, this.#taken(part, i)),
			);
			groups.push({ degree, items });
			rest -= part;
			used -= degree;
		}
		return groups;
	}

	/** Parts of a state, but for the empty one. */
	#eachPart(state: number, take: (part: number) => void) {
		const taken = this.#kinds.map((_, kind) => this.#taken(state, kind));
		const counts = new Int32Array(taken.length);
		let part = 0;
		for (;;) {
			let kind = 0;
			while (kind < counts.length && counts[kind] === taken[kind]) {
				part -= counts[kind] * this.#units[kind];
				counts[kind++] = 0;
			}
			if (kind === counts.length) return;
			counts[kind]++;
			part += this.#units[kind];
			take(part);
		}
	}
}
