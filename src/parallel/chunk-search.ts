import { sum } from "../core/arithmetic.js";
import { Assignment } from "./assignment.js";
import { type Chunk, neighbours, type Shape } from "./chunk.js";
import { exchangeItems } from "./exchange.js";
import { listSchedule, type Schedule } from "./list-schedule.js";
import type { Problem } from "./problem.js";
import { shapeWithin } from "./shape-within.js";
import type { WorkTable } from "./work-table.js";

/** Plans this near to what none beats are not made better. */
const NEAR = 1.002;
/** How often the interval is halved in which the slowest group's time is looked for. */
const HALVINGS = 5;
/** How many shapes are tried that differ little from the best. */
const NEIGHBOURS_TRIED = 8;

/**
 * Groups of powers of two for a micro-batch, the slowest as fast as is found: shapes of one
 * degree, those by which best fit just holds the items, and what differs little from the best of
 * them; then items are exchanged.
 */
export class ChunkSearch {
	readonly #problem: Problem;
	readonly #chunk: Chunk;
	readonly #tried = new Set<string>();
	/** All that was found, where the smallest groups are wanted. */
	readonly #found: Schedule[] = [];
	#best: Schedule | null = null;
	#fastest: Assignment | null = null;

	constructor(problem: Problem, chunk: Chunk) {
		this.#problem = problem;
		this.#chunk = chunk;
		this.#tryEqual();
		this.#tryLimits();
		this.#tryNeighbours();
	}

	/** What the slowest group takes; infinite where no shape is found that holds the items. */
	get slowest() {
		return this.#best?.slowest ?? Number.POSITIVE_INFINITY;
	}

	get #isNear() {
		return this.slowest <= this.#chunk.bound * NEAR;
	}

	/** Whether it is the best so far. */
	#try(shape: Shape): boolean {
		const key = shape.join();
		if (this.#tried.has(key)) return false;
		this.#tried.add(key);
		const schedule = listSchedule(this.#chunk, shape);
		if (schedule === null) return false;
		if (this.#problem.slack > 0) this.#found.push(schedule);
		if (schedule.slowest >= this.slowest) return false;
		this.#best = schedule;
		return true;
	}

	/** Groups of one degree, the smallest first, while larger ones are faster. */
	#tryEqual() {
		const { devices, slack } = this.#problem;
		const { tokens, rooms, bound } = this.#chunk;
		const longest = tokens.reduce((most, count) => Math.max(most, count), 0);
		const equal = (level: number) =>
			rooms.map((_, at) => (at === level ? devices >> level : 0));
		if (slack > 0) {
			this.#try(equal(rooms.length - 1));
			this.#tryLimit(bound * (1 + slack));
		}
		const all = sum(tokens);
		for (let level = 0; level < rooms.length; level++) {
			if (rooms[level] < longest) continue;
			// Its groups are larger than those of what is near enough.
			if (all * 2 ** level >= this.#nearSpread()) return;
			const isBetter = this.#try(equal(level));
			if (slack > 0) continue;
			if (this.#isNear || (!isBetter && this.#best !== null)) return;
		}
	}

	/** The least spread of what is within the slack of the bound, and so of the best. */
	#nearSpread(): number {
		const limit = this.#chunk.bound * (1 + this.#problem.slack);
		return this.#found.reduce(
			(least, { slowest, spread }) =>
				slowest <= limit ? Math.min(least, spread) : least,
			Number.POSITIVE_INFINITY,
		);
	}

	#tryLimits() {
		const { bound } = this.#chunk;
		let low = bound;
		let high = this.slowest;
		// Where nothing is found yet, room matters and time does not.
		if (this.#best === null) {
			this.#tryLimit(Number.MAX_VALUE);
			high = Math.min(this.slowest, 16 * bound);
		}
		for (let i = 0; i < HALVINGS && !this.#isNear && low < high; i++) {
			const limit = Math.sqrt(low * high);
			if (this.#tryLimit(limit)) high = Math.min(limit, this.slowest);
			else low = limit;
		}
	}

	#tryLimit(limit: number): boolean {
		const shape = shapeWithin(this.#chunk, this.#problem.devices, limit);
		if (shape === null) return false;
		this.#try(shape);
		return true;
	}

	#tryNeighbours() {
		let left = NEIGHBOURS_TRIED;
		for (let isBetter = true; isBetter && !this.#isNear; ) {
			isBetter = false;
			for (const shape of neighbours(this.#best?.shape ?? [])) {
				if (left-- === 0) return;
				if (!this.#try(shape)) continue;
				isBetter = true;
				break;
			}
		}
	}

	/** The best that is found, after exchanges. */
	fastest(table: WorkTable): Assignment {
		if (this.#fastest !== null) return this.#fastest;
		const best = this.#assignment(table, this.#best as Schedule);
		exchangeItems(best, this.#problem.items.tokens, this.#chunk.bound * NEAR);
		this.#fastest = best;
		return best;
	}

	/** The least spread of all that was found, before items are exchanged. */
	get leastSpread(): number {
		return this.#found.reduce(
			(least, { spread }) => Math.min(least, spread),
			Number.POSITIVE_INFINITY,
		);
	}

	/** Of all within the slack of the best that of the smallest groups. */
	smallest(table: WorkTable): Assignment {
		const { slack, items } = this.#problem;
		const fastest = this.fastest(table);
		const limit = fastest.loads[fastest.slowest()] * (1 + slack);
		// What is far off does not come near by exchanges.
		const near = this.#found
			.filter(({ slowest }) => slowest <= limit * (1 + slack))
			.sort((a, b) => a.spread - b.spread);
		for (const schedule of near) {
			if (schedule.spread >= fastest.spread()) break;
			const other = this.#assignment(table, schedule);
			exchangeItems(other, items.tokens, limit);
			const isWithin = other.loads[other.slowest()] <= limit;
			if (isWithin && other.spread() < fastest.spread()) return other;
		}
		return fastest;
	}

	#assignment(table: WorkTable, { shape, groupOf }: Schedule): Assignment {
		const degrees: number[] = [];
		for (let level = shape.length - 1; level >= 0; level--)
			for (let i = 0; i < shape[level]; i++) degrees.push(2 ** level);
		const assigned = new Assignment(this.#problem, table, degrees);
		for (const [at, item] of this.#chunk.items.entries())
			assigned.add(item, groupOf[at]);
		return assigned;
	}
}
