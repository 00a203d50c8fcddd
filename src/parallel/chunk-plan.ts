import { assignInOrder } from "./assign.js";
import type { Assignment } from "./assignment.js";
import { exchangeItems } from "./exchange.js";
import type { Problem } from "./problem.js";
import { neighbours, shapeWithin } from "./shapes.js";
import type { WorkTable } from "./work-table.js";

/** Plans this near to what none beats are not made better. */
const NEAR = 1.001;
/** How often the interval is halved in which the slowest group's time is looked for. */
const HALVINGS = 7;
/** How many shapes are tried beside the best so far. */
const NEIGHBOURS_TRIED = 24;

/**
 * Groups of powers of two for a micro-batch, the slowest as fast as is found: shapes of one
 * degree, those by which best fit just holds the items, and what differs little from the best
 * of them; then items are exchanged. Null where no shape is found that holds the items.
 * @param chunk The items of the micro-batch, those of most work first.
 */
export function planChunk(
	problem: Problem,
	table: WorkTable,
	chunk: Int32Array,
): Assignment | null {
	const search = new ChunkSearch(problem, table, chunk);
	search.tryEqual();
	search.tryLimits();
	if (search.best === null) return null;
	search.tryNeighbours();
	return search.chosen();
}

class ChunkSearch {
	readonly #problem: Problem;
	readonly #table: WorkTable;
	readonly #chunk: Int32Array;
	readonly #bound: number;
	readonly #found = new Map<string, Assignment | null>();
	best: Assignment | null = null;
	#slowest = Number.POSITIVE_INFINITY;

	constructor(problem: Problem, table: WorkTable, chunk: Int32Array) {
		this.#problem = problem;
		this.#table = table;
		this.#chunk = chunk;
		this.#bound = chunkBound(problem, table, chunk);
	}

	#isNear() {
		return this.#slowest <= this.#bound * NEAR;
	}

	/** Whether it is the best so far. */
	#try(degrees: readonly number[]): boolean {
		const key = degrees.join();
		if (this.#found.has(key)) return false;
		const assigned = assignInOrder(
			this.#problem,
			this.#table,
			this.#chunk,
			degrees,
		);
		this.#found.set(key, assigned);
		if (assigned === null) return false;
		const slowest = assigned.loads[assigned.slowest()];
		if (slowest >= this.#slowest) return false;
		this.best = assigned;
		this.#slowest = slowest;
		return true;
	}

	/** Groups of one degree, the smallest first. */
	tryEqual() {
		const { devices, capacity, items, slack } = this.#problem;
		const longest = this.#chunk.reduce(
			(most, item) => Math.max(most, items.tokens[item]),
			0,
		);
		for (let degree = 1; degree <= devices; degree *= 2) {
			if (degree * capacity < longest) continue;
			this.#try(new Array(devices / degree).fill(degree));
			if (slack === 0 && this.#isNear()) return;
		}
	}

	tryLimits() {
		const { slack } = this.#problem;
		if (slack > 0) this.#tryLimit(this.#bound * (1 + slack));
		let low = this.#bound;
		// Where nothing is found yet, time does not matter and room does.
		let high = this.#slowest;
		if (high === Number.POSITIVE_INFINITY) {
			this.#tryLimit(Number.MAX_VALUE);
			high = Math.min(this.#slowest, 16 * low);
		}
		for (let i = 0; i < HALVINGS && !this.#isNear(); i++) {
			const limit = Math.sqrt(low * high);
			if (this.#tryLimit(limit)) high = Math.min(limit, this.#slowest);
			else low = limit;
			if (low >= high) return;
		}
	}

	#tryLimit(limit: number): boolean {
		const degrees = shapeWithin(this.#problem, this.#table, this.#chunk, limit);
		if (degrees === null) return false;
		this.#try(degrees);
		return true;
	}

	tryNeighbours() {
		let left = NEIGHBOURS_TRIED;
		for (let isBetter = true; isBetter && !this.#isNear(); ) {
			isBetter = false;
			for (const degrees of neighbours(this.best?.degrees ?? [])) {
				if (left-- === 0 || this.#isNear()) return;
				if (this.#try(degrees)) {
					isBetter = true;
					break;
				}
			}
		}
	}

	/** The best, or, within the slack of it, that of the smallest groups. */
	chosen(): Assignment | null {
		const { slack, items } = this.#problem;
		const best = this.best;
		if (best === null) return null;
		if (!this.#isNear()) exchangeItems(best, items.tokens);
		if (slack === 0) return best;
		const limit = best.loads[best.slowest()] * (1 + slack);
		let chosen = best;
		for (const assigned of this.#found.values()) {
			if (assigned === null || assigned.spread() >= chosen.spread()) continue;
			exchangeItems(assigned, items.tokens, limit);
			if (
				assigned.loads[assigned.slowest()] <= limit &&
				assigned.spread() < chosen.spread()
			)
				chosen = assigned;
		}
		return chosen;
	}
}

/** What the slowest group takes at least, with what is exchanged. */
function chunkBound(
	{ items, devices, capacity }: Problem,
	table: WorkTable,
	chunk: Int32Array,
): number {
	let all = 0;
	let longest = 0;
	for (const item of chunk) {
		let cheapest = Number.POSITIVE_INFINITY;
		let fastest = Number.POSITIVE_INFINITY;
		for (let degree = 1; degree <= devices; degree *= 2) {
			if (degree * capacity < items.tokens[item]) continue;
			const work = table.of(degree)[item];
			cheapest = Math.min(cheapest, degree * work);
			fastest = Math.min(fastest, work);
		}
		all += cheapest;
		longest = Math.max(longest, fastest);
	}
	return Math.max(all / devices, longest);
}
