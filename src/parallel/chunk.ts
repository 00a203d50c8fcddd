import { sum } from "../core/arithmetic.js";
import type { Problem } from "./problem.js";
import { longestFirst, type WorkTable } from "./work-table.js";

/** Items of a micro-batch, those of most work first, for groups of powers of two. */
export class Chunk {
	readonly items: Int32Array;
	readonly tokens: Int32Array;
	/** Of each level what the items take on a group of 2^level devices. */
	readonly works: readonly Float64Array[];
	/** Tokens that such a group holds. */
	readonly rooms: readonly number[];
	/** What each takes on the degree on which all its devices together take least. */
	readonly cheapest: Float64Array;
	/** And on the degree that is fastest. */
	readonly fastest: Float64Array;
	/** What the slowest group takes at least. */
	readonly bound: number;

	private constructor(columns: Omit<Chunk, "bound" | "part">, devices: number) {
		this.items = columns.items;
		this.tokens = columns.tokens;
		this.works = columns.works;
		this.rooms = columns.rooms;
		this.cheapest = columns.cheapest;
		this.fastest = columns.fastest;
		this.bound = Math.max(sum(this.cheapest) / devices, largest(this.fastest));
	}

	/** All items of a problem. */
	static all(problem: Problem, table: WorkTable): Chunk {
		const { devices, capacity } = problem;
		const items = longestFirst(problem);
		const tokens = items.map((item) => problem.items.tokens[item]);
		const rooms: number[] = [];
		const works: Float64Array[] = [];
		const cheapest = new Float64Array(items.length).fill(Infinity);
		const fastest = new Float64Array(items.length).fill(Infinity);
		for (let degree = 1; degree <= devices; degree *= 2) {
			const room = degree * capacity;
			const own = gathered(table.of(degree), items);
			for (let at = 0; at < items.length; at++) {
				if (tokens[at] > room) continue;
				cheapest[at] = Math.min(cheapest[at], degree * own[at]);
				fastest[at] = Math.min(fastest[at], own[at]);
			}
			rooms.push(room);
			works.push(own);
		}
		return new Chunk(
			{ items, tokens, works, rooms, cheapest, fastest },
			devices,
		);
	}

	/** The items at some places of it, in ascending order. */
	part(places: Int32Array, devices: number): Chunk {
		return new Chunk(
			{
				items: places.map((at) => this.items[at]),
				tokens: places.map((at) => this.tokens[at]),
				works: this.works.map((works) => gathered(works, places)),
				rooms: this.rooms,
				cheapest: gathered(this.cheapest, places),
				fastest: gathered(this.fastest, places),
			},
			devices,
		);
	}
}

function gathered(values: Float64Array, places: Int32Array): Float64Array {
	const own = new Float64Array(places.length);
	for (let i = 0; i < places.length; i++) own[i] = values[places[i]];
	return own;
}

function largest(values: ArrayLike<number>): number {
	let most = 0;
	for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]);
	return most;
}

/** How many groups there are of each level, which is the binary logarithm of their degree. */
export type Shape = readonly number[];

/** The shapes that differ from one by a group that is halved, or two that are joined. */
export function neighbours(shape: Shape): Shape[] {
	const found: Shape[] = [];
	const replaced = (level: number, less: number, to: number, more: number) => {
		const other = [...shape];
		other[level] -= less;
		other[to] += more;
		found.push(other);
	};
	for (let level = shape.length - 1; level >= 0; level--) {
		if (level > 0 && shape[level] > 0) replaced(level, 1, level - 1, 2);
		if (level + 1 < shape.length && shape[level] > 1)
			replaced(level, 2, level + 1, 1);
	}
	return found;
}
