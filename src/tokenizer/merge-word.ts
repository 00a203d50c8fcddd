import type { MergeTable } from "./merge-table.js";

/** Words up to this many symbols are merged by scanning, longer ones by a heap. */
const SHORT = 48;
const NONE = 0x7fffffff;

/**
 * Byte-pair encoding of words (Sennrich et al., 1508.07909): again and again
 * the pair with the lowest rank is merged, the leftmost of equals first.
 */
export class WordMerger {
	readonly #table: MergeTable;
	/** Rank of the pair that begins at each symbol, and what it makes. */
	#ranks = new Int32Array(SHORT);
	#makes = new Int32Array(SHORT);

	constructor(table: MergeTable) {
		this.#table = table;
	}

	/**
	 * Merges the first `length` ids of `symbols` in place and returns how many
	 * are left. Time O(n^2) for short words, O(n log n) for long ones.
	 */
	merge(symbols: Int32Array, length: number): number {
		return length <= SHORT
			? this.#mergeShort(symbols, length)
			: mergeLong(this.#table, symbols, length);
	}

	#mergeShort(symbols: Int32Array, length: number): number {
		const ranks = this.#ranks;
		const makes = this.#makes;
		let n = length;
		for (let i = 0; i + 1 < n; i++) this.#lookUp(symbols, i);
		for (;;) {
			let best = -1;
			let lowest = NONE;
			for (let i = 0; i + 1 < n; i++)
				if (ranks[i] < lowest) {
					lowest = ranks[i];
					best = i;
				}
			if (best === -1) return n;
			symbols[best] = makes[best];
			n--;
			for (let i = best + 1; i < n; i++) {
				symbols[i] = symbols[i + 1];
				ranks[i] = ranks[i + 1];
				makes[i] = makes[i + 1];
			}
			if (best > 0) this.#lookUp(symbols, best - 1);
			if (best + 1 < n) this.#lookUp(symbols, best);
		}
	}

	#lookUp(symbols: Int32Array, at: number): void {
		const slot = this.#table.find(symbols[at], symbols[at + 1]);
		this.#ranks[at] = slot === -1 ? NONE : this.#table.rankAt(slot);
		this.#makes[at] = slot === -1 ? -1 : this.#table.mergedAt(slot);
	}
}

/** By a binary heap of candidate merges over a doubly linked list of symbols. */
function mergeLong(
	table: MergeTable,
	symbols: Int32Array,
	length: number,
): number {
	const previous = new Int32Array(length);
	const next = new Int32Array(length);
	const alive = new Uint8Array(length).fill(1);
	const heap = new CandidateHeap(length);
	for (let i = 0; i < length; i++) {
		previous[i] = i - 1;
		next[i] = i + 1 < length ? i + 1 : -1;
	}
	const offer = (at: number) => {
		const right = next[at];
		if (right === -1) return;
		const slot = table.find(symbols[at], symbols[right]);
		if (slot !== -1) heap.push(table.rankAt(slot), at, table.mergedAt(slot));
	};
	for (let i = 0; i + 1 < length; i++) offer(i);
	while (heap.size > 0) {
		const { at, makes, rank } = heap.pop();
		const right = next[at];
		if (alive[at] === 0 || right === -1) continue;
		// An entry is stale once either symbol has changed since it was offered.
		const slot = table.find(symbols[at], symbols[right]);
		if (slot === -1 || table.rankAt(slot) !== rank) continue;
		if (table.mergedAt(slot) !== makes) continue;
		symbols[at] = makes;
		alive[right] = 0;
		next[at] = next[right];
		if (next[right] !== -1) previous[next[right]] = at;
		if (previous[at] !== -1) offer(previous[at]);
		offer(at);
	}
	let n = 0;
	for (let i = 0; i !== -1; i = next[i]) symbols[n++] = symbols[i];
	return n;
}

/** A binary min-heap ordered by rank, then position. */
class CandidateHeap {
	size = 0;
	#rank: Int32Array;
	#at: Int32Array;
	#makes: Int32Array;

	constructor(length: number) {
		// Each merge offers at most two candidates, and the word one for each pair.
		this.#rank = new Int32Array(3 * length);
		this.#at = new Int32Array(3 * length);
		this.#makes = new Int32Array(3 * length);
	}

	push(rank: number, at: number, makes: number): void {
		let i = this.size++;
		while (i > 0) {
			const parent = (i - 1) >> 1;
			if (!this.#isLess(rank, at, parent)) break;
			this.#copy(parent, i);
			i = parent;
		}
		this.#put(i, rank, at, makes);
	}

	pop(): { rank: number; at: number; makes: number } {
		const top = {
			rank: this.#rank[0],
			at: this.#at[0],
			makes: this.#makes[0],
		};
		const last = --this.size;
		const rank = this.#rank[last];
		const at = this.#at[last];
		let i = 0;
		for (;;) {
			let child = 2 * i + 1;
			if (child >= last) break;
			if (
				child + 1 < last &&
				this.#isLess(this.#rank[child + 1], this.#at[child + 1], child)
			)
				child++;
			if (this.#isLess(rank, at, child)) break;
			this.#copy(child, i);
			i = child;
		}
		this.#put(i, rank, at, this.#makes[last]);
		return top;
	}

	#isLess(rank: number, at: number, than: number): boolean {
		const other = this.#rank[than];
		return rank < other || (rank === other && at < this.#at[than]);
	}

	#copy(from: number, to: number): void {
		this.#put(to, this.#rank[from], this.#at[from], this.#makes[from]);
	}

	#put(i: number, rank: number, at: number, makes: number): void {
		this.#rank[i] = rank;
		this.#at[i] = at;
		this.#makes[i] = makes;
	}
}
