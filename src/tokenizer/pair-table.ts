import { hashPair } from "./hash-pair.js";

const RANK_BITS = 22;
const RANK_MASK = (1 << RANK_BITS) - 1;
/** Of both halves of an entry that is free. */
const FREE = -1;
/** More of the entries than this seldom find a place. */
const MOST_LOAD = 0.87;
/** Entries that may be moved to make room for one. */
const MOST_MOVES = 1000;

/**
 * Ranks of pairs of tokens in a cuckoo hash table (Pagh and Rodler, 2004): a pair is in
 * one of two buckets of two entries, so that a look-up reads two places, whatever it
 * finds. An entry is 64 bits: the rank in the lowest 22, then 21 for the left token
 * and 21 for the right one; all ones where it is free.
 */
export class PairTable {
	/** Two int32 an entry, the lower half first. */
	entries: Int32Array;
	#buckets = 16;
	#random = 1;

	/** @param pairs How many there will be, about. */
	constructor(pairs: number) {
		while (this.#buckets * 2 * MOST_LOAD < pairs) this.#buckets *= 2;
		this.entries = new Int32Array(this.#buckets * 4).fill(FREE);
	}

	/** The first bucket of a pair is its hash, and this. */
	get mask(): number {
		return this.#buckets - 1;
	}

	/** The second one, its hash times a constant, shifted by this. */
	get shift(): number {
		return Math.clz32(this.#buckets) + 1;
	}

	/** The rank of a pair, or -1. */
	get(left: number, right: number): number {
		const at = this.#find(left, right);
		return at === -1 ? -1 : this.entries[at] & RANK_MASK;
	}

	/** Sets the rank of a pair, at most 22 bits; tokens have at most 21. */
	set(left: number, right: number, rank: number): void {
		const at = this.#find(left, right);
		if (at !== -1) this.entries[at] = (this.entries[at] & ~RANK_MASK) | rank;
		else
			this.#insert(
				(left << RANK_BITS) | rank,
				(left >>> (32 - RANK_BITS)) | (right << 11),
			);
	}

	#find(left: number, right: number): number {
		const { entries } = this;
		const high = (left >>> (32 - RANK_BITS)) | (right << 11);
		const low = left << RANK_BITS;
		const hash = hashPair(left, right);
		let at = (hash & this.mask) * 4;
		for (let turn = 0; turn < 4; turn++) {
			if (entries[at + 1] === high && (entries[at] & ~RANK_MASK) === low)
				return at;
			at = turn === 1 ? this.#second(hash) * 4 : at + 2;
		}
		return -1;
	}

	#second(hash: number): number {
		return Math.imul(hash, 0x85ebca77) >>> this.shift;
	}

	/** Puts an entry in; one that is in the way goes to its other bucket. */
	#insert(low: number, high: number): void {
		const { entries } = this;
		let comesFrom = -1;
		for (let move = 0; move < MOST_MOVES; move++) {
			const left = ((high & 0x7ff) << 10) | (low >>> RANK_BITS);
			const hash = hashPair(left, high >>> 11);
			const first = hash & this.mask;
			const second = this.#second(hash);
			for (let turn = 0; turn < 4; turn++) {
				const at = (turn < 2 ? first : second) * 4 + (turn & 1) * 2;
				if (entries[at] !== FREE || entries[at + 1] !== FREE) continue;
				entries[at] = low;
				entries[at + 1] = high;
				return;
			}
			comesFrom = comesFrom === first ? second : first;
			this.#random = (Math.imul(this.#random, 1664525) + 1013904223) | 0;
			const at = comesFrom * 4 + (this.#random >>> 31) * 2;
			const movedLow = entries[at];
			const movedHigh = entries[at + 1];
			entries[at] = low;
			entries[at + 1] = high;
			low = movedLow;
			high = movedHigh;
		}
		this.#grow();
		this.#insert(low, high);
	}

	#grow(): void {
		const old = this.entries;
		this.#buckets *= 2;
		this.entries = new Int32Array(this.#buckets * 4).fill(FREE);
		for (let at = 0; at < old.length; at += 2)
			if (old[at] !== FREE || old[at + 1] !== FREE)
				this.#insert(old[at], old[at + 1]);
	}
}
