import { sum } from "../core/arithmetic.js";
import { BitSet } from "../core/bit-set.js";

/**
 * A packing of a histogram: which lengths share a pack, and how often. Nodes are
 * sequences on top of others in a pack: node i adds `timesOf[i]` sequences of
 * `lengthOf[i]` tokens to what `parentOf[i]` holds (-1: an empty pack).
 */
export interface HistogramPlan {
	lengthOf: Int32Array;
	timesOf: Int32Array;
	parentOf: Int32Array;
	/** The packs: group g is `packsOf[g]` packs that hold what node `nodeOf[g]` holds. */
	nodeOf: Int32Array;
	packsOf: Float64Array;
	/** Packs in all. */
	packs: number;
}

/** Which of the open packs that have room for a sequence takes it. */
export type Choice = "fullest" | "emptiest";

/**
 * Plans packs on how many sequences there are of each length, from the longest
 * to the shortest, many packs that hold the same at once (M. Krell et al.,
 * "Efficient sequence packing without cross-contamination", 2107.02027).
 * `emptiest` is their shortest-pack-first (SPFHP), `fullest` their
 * longest-pack-first (LPFHP), which makes the packs of best-fit-decreasing.
 *
 * Time grows with the different lengths and the groups that are split, not with
 * the sequences.
 * @param counts counts[l] sequences of l tokens, l in 0..capacity.
 */
export function planHistogram(
	counts: ArrayLike<number>,
	choice: Choice,
	maxSequences = Number.POSITIVE_INFINITY,
): HistogramPlan {
	const capacity = counts.length - 1;
	return new Planner(capacity, choice, maxSequences).plan(counts);
}

class Planner {
	readonly #capacity: number;
	readonly #choice: Choice;
	readonly #maxSequences: number;
	readonly #lengthOf: number[] = [];
	readonly #timesOf: number[] = [];
	readonly #parentOf: number[] = [];
	readonly #depthOf: number[] = [];
	readonly #nodeOf: number[] = [];
	readonly #packsOf: number[] = [];
	/** Groups with each room left, the last one first in turn; and the rooms that any has. */
	readonly #groups: number[][];
	readonly #rooms: BitSet;

	constructor(capacity: number, choice: Choice, maxSequences: number) {
		this.#capacity = capacity;
		this.#choice = choice;
		this.#maxSequences = maxSequences;
		this.#groups = new Array(capacity + 1);
		this.#rooms = new BitSet(capacity);
	}

	plan(counts: ArrayLike<number>): HistogramPlan {
		for (let length = this.#capacity; length > 0; length--) {
			let left = counts[length];
			while (left > 0) left -= this.#place(length, left);
		}
		return {
			lengthOf: Int32Array.from(this.#lengthOf),
			timesOf: Int32Array.from(this.#timesOf),
			parentOf: Int32Array.from(this.#parentOf),
			nodeOf: Int32Array.from(this.#nodeOf),
			packsOf: Float64Array.from(this.#packsOf),
			packs: sum(this.#packsOf),
		};
	}

	/** Places some of `left` sequences of one length; returns how many. */
	#place(length: number, left: number): number {
		const room =
			this.#choice === "fullest"
				? this.#rooms.smallestFrom(length)
				: this.#rooms.largestUpTo(this.#capacity);
		if (room < length) return this.#open(length, left);
		const group = this.#groups[room].pop() as number;
		if (this.#groups[room].length === 0) this.#rooms.delete(room);
		const node = this.#nodeOf[group];
		// The fullest pack with room is the one just filled, as long as it has any.
		const most = this.#maxSequences - this.#depthOf[node];
		const each =
			this.#choice === "fullest"
				? Math.min(Math.floor(room / length), most)
				: 1;
		const packs = Math.min(this.#packsOf[group], Math.ceil(left / each));
		const placed = Math.min(left, packs * each);
		const rest = this.#packsOf[group] - packs;
		if (rest > 0) {
			this.#packsOf[group] = rest;
			this.#offer(group, room);
			this.#fill(this.#newGroup(), node, room, length, each, packs, placed);
		} else this.#fill(group, node, room, length, each, packs, placed);
		return placed;
	}

	/** Opens packs for sequences that fit nowhere. */
	#open(length: number, left: number): number {
		const each =
			this.#choice === "fullest"
				? Math.min(Math.floor(this.#capacity / length), this.#maxSequences)
				: 1;
		const packs = Math.ceil(left / each);
		this.#fill(this.#newGroup(), -1, this.#capacity, length, each, packs, left);
		return left;
	}

	/**
	 * Puts `placed` sequences on `packs` packs that hold what `node` holds: `each`
	 * on every pack, fewer on the last.
	 */
	#fill(
		group: number,
		node: number,
		room: number,
		length: number,
		each: number,
		packs: number,
		placed: number,
	): void {
		const short = packs * each - placed;
		if (short > 0) {
			this.#settle(group, node, room, length, each - short, 1);
			if (packs === 1) return;
			group = this.#newGroup();
			packs--;
		}
		this.#settle(group, node, room, length, each, packs);
	}

	#settle(
		group: number,
		below: number,
		room: number,
		length: number,
		each: number,
		packs: number,
	): void {
		const depth = below === -1 ? each : this.#depthOf[below] + each;
		this.#depthOf.push(depth);
		this.#parentOf.push(below);
		this.#timesOf.push(each);
		const node = this.#lengthOf.push(length) - 1;
		this.#nodeOf[group] = node;
		this.#packsOf[group] = packs;
		const left = room - each * length;
		if (left > 0 && depth < this.#maxSequences) this.#offer(group, left);
	}

	#newGroup(): number {
		this.#packsOf.push(0);
		return this.#nodeOf.push(-1) - 1;
	}

	#offer(group: number, room: number): void {
		this.#groups[room] ??= [];
		this.#groups[room].push(group);
		this.#rooms.add(room);
	}
}
