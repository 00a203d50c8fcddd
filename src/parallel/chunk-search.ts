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
		const { tokens, rooms } = this.#chunk;
		const longest = tokens.reduce((most, count) => Math.max(most, count), 0);
		for (let level = 0; level < rooms.length; level++) {
			if (rooms[level] < longest) continue;
			const shape = new Array(rooms.length).fill(0);
			shape[level] = devices >> level;
			const isBetter = this.#try(shape);
			if (slack > 0) continue;
			if (this.#isNear || (!isBetter && this.#best !== null)) return;
		}
	}

	#tryLimits() {
		const { slack } = this.#problem;
		const { bound } = this.#chunk;
		if (slack > 0) this.#tryLimit(bound * (1 + slack));
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
		const best = this.#assignment(table, this.#best as Schedule);
		exchangeItems(best, this.#problem.items.tokens, this.#chunk.bound * NEAR);
		return best;
	}

	/** Of all within the slack of the best that of the smallest groups. */
	smallest(table: WorkTable, fastest: Assignment): Assignment {
		const { slack, items } = this.#problem;
		const limit = fastest.loads[fastest.slowest()] * (1 + slack);
		const most = fastest.spread();
		const near = this.#found
			// What is far off does not come near by exchanges.
			.filter(({ slowest }) => slowest <= limit * (1 + slack))
			.map((schedule) => ({ schedule, spread: this.#spread(schedule) }))
			.filter(({ spread }) => spread < most)
			.sort((a, b) => a.spread - b.spread);
		for (const { schedule } of near) {
			const other = this.#assignment(table, schedule);
			exchangeItems(other, items.tokens, limit);
			if (other.loads[other.slowest()] <= limit && other.spread() < most)
				return other;
		}
		return fastest;
	}

	/** How many devices a token is shared between, summed over tokens. */
	#spread({ shape, groupOf }: Schedule): number {
		const { tokens } = this.#chunk;
		const degrees = degreesOf(shape);
		let spread = 0;
		for (let at = 0; at < tokens.length; at++)
			spread += tokens[at] * degrees[groupOf[at]];
		return spread;
	}

	#assignment(table: WorkTable, { shape, groupOf }: Schedule): Assignment {
		const assigned = new Assignment(this.#problem, table, degreesOf(shape));
		for (const [at, item] of this.#chunk.items.entries())
			assigned.add(item, groupOf[at]);
		return assigned;
	}
}

/** Of each group, the largest first. */
function degreesOf(shape: Shape): number[] {
	const degrees: number[] = [];
	for (let level = shape.length - 1; level >= 0; level--)
		for (let i = 0; i < shape[level]; i++) degrees.push(1 << level);
	return degrees;
}
