/**
 * The merges of a BPE model: from a pair of token ids to the rank of their
 * merge (lower merges first) and the id that it makes. Open addressing over
 * typed arrays, at most half full.
 */
export class MergeTable {
	readonly #mask: number;
	readonly #left: Int32Array;
	readonly #right: Int32Array;
	readonly #rank: Int32Array;
	readonly #merged: Int32Array;

	constructor(merges: number) {
		let size = 16;
		while (size < merges * 2) size *= 2;
		this.#mask = size - 1;
		this.#left = new Int32Array(size).fill(-1);
		this.#right = new Int32Array(size);
		this.#rank = new Int32Array(size);
		this.#merged = new Int32Array(size);
	}

	/** Adds a merge; one for the same pair replaces the earlier, as in the Rust library. */
	set(left: number, right: number, rank: number, merged: number): void {
		let slot = this.#hash(left, right);
		while (
			this.#left[slot] !== -1 &&
			(this.#left[slot] !== left || this.#right[slot] !== right)
		)
			slot = (slot + 1) & this.#mask;
		this.#left[slot] = left;
		this.#right[slot] = right;
		this.#rank[slot] = rank;
		this.#merged[slot] = merged;
	}

	/** The slot of a pair, or -1; `rankAt` and `mergedAt` tell what is in it. */
	find(left: number, right: number): number {
		let slot = this.#hash(left, right);
		for (;;) {
			const found = this.#left[slot];
			if (found === -1) return -1;
			if (found === left && this.#right[slot] === right) return slot;
			slot = (slot + 1) & this.#mask;
		}
	}

	rankAt(slot: number): number {
		return this.#rank[slot];
	}

	mergedAt(slot: number): number {
		return this.#merged[slot];
	}

	#hash(left: number, right: number): number {
		const h = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
		return (h ^ (h >>> 15)) & this.#mask;
	}
}
