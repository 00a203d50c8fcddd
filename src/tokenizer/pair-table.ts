import { HASH_FACTOR, HASH_FOLD, NO_RANK, SYMBOL_BITS } from "./layout.js";

/** Entries of a bucket. */
const WAYS = 4;
const BUCKET = WAYS * 2;
/** A row of more than one bucket is at most this full. */
const LOAD = 0.5;
/** The halves of an entry that is free; the highest bit tells that a bucket overflows. */
const FREE_LOW = -1;
const FREE_HIGH = 0x7fffffff;
const OVERFLOWS = 1 << 31;

/** Merges in the order of their ranks: two tokens, and the token that they make. */
export interface Merges {
	lefts: Int32Array;
	rights: Int32Array;
	made: Int32Array;
	/** Where merges share ranks; null: a rank is a place in the order. */
	ranks?: Int32Array | null | undefined;
}

/**
 * Merges by the pairs that they join. Those of one left token are in a row of buckets,
 * and rows come in the order of the left tokens: tokens that are needed together
 * should have numbers near each other. In a row of several buckets the right token's
 * hash says which; where a bucket is too full, the next one has the rest.
 *
 * A bucket is four entries of 64 bits: the rank in the lowest 21 bits, then the token
 * that is made, then the right token; all ones but the highest bit where free.
 */
export class PairTable {
	/** For each left token the first bucket of its row, times 16; and log2 of how many. */
	rows = new Int32Array();
	/** Two int32 an entry, the lower half first. The first bucket is empty. */
	entries = new Int32Array();

	/**
	 * Of two merges for one pair the later counts, as in the Rust library.
	 * @param leftEnd All left tokens are below this one. There is a row for it, which is
	 * empty and stands for those above.
	 */
	constructor(merges: Merges, leftEnd: number) {
		const { lefts, rights, made, ranks } = merges;
		const counts = new Int32Array(leftEnd);
		for (const left of lefts) counts[left]++;
		const bits = counts.map((count) =>
			count <= WAYS ? 0 : Math.ceil(Math.log2(count / WAYS / LOAD)),
		);
		for (;;) {
			this.#makeRows(counts, bits);
			let full = -1;
			for (let i = 0; i < lefts.length && full === -1; i++)
				if (!this.#set(lefts[i], rights[i], ranks?.[i] ?? i, made[i]))
					full = lefts[i];
			if (full === -1) return;
			bits[full]++;
		}
	}

	#makeRows(counts: Int32Array, bits: Int32Array): void {
		this.rows = new Int32Array(counts.length + 1);
		let buckets = 1;
		for (let token = 0; token < counts.length; token++) {
			if (counts[token] === 0) continue;
			this.rows[token] = (buckets << 4) | bits[token];
			// One more for what the last one has no room for.
			buckets += 2 ** bits[token] + Number(bits[token] > 0);
		}
		this.entries = new Int32Array(buckets * BUCKET);
		for (let at = 0; at < this.entries.length; at += 2) {
			this.entries[at] = FREE_LOW;
			this.entries[at + 1] = FREE_HIGH;
		}
	}

	/** The rank of a pair, or -1. */
	rank(left: number, right: number): number {
		const at = this.#find(left, right);
		return at === -1 ? -1 : this.entries[at] & NO_RANK;
	}

	/** The bucket where a pair is looked for first. */
	bucket(left: number, right: number): number {
		const row = this.rows[Math.min(left, this.rows.length - 1)];
		return (row >> 4) + (hashOf(right) & ((1 << (row & 15)) - 1));
	}

	/** The entry's place in `entries`; or -1. */
	#find(left: number, right: number): number {
		const { entries } = this;
		let at = this.bucket(left, right) * BUCKET;
		for (;;) {
			const end = at + BUCKET;
			for (; at < end; at += 2)
				if ((entries[at + 1] & ~OVERFLOWS) >> 10 === right) return at;
			if (entries[end - 1] >= 0) return -1;
		}
	}

	/** Puts an entry in; false when its row has no room. */
	#set(left: number, right: number, rank: number, made: number): boolean {
		const { entries } = this;
		let at = this.#find(left, right);
		if (at === -1) {
			const row = this.rows[left];
			const buckets = 2 ** (row & 15) + Number((row & 15) > 0);
			const rowEnd = ((row >> 4) + buckets) * BUCKET;
			at = this.bucket(left, right) * BUCKET;
			while (entries[at] !== FREE_LOW || entries[at + 1] !== FREE_HIGH) {
				if (at % BUCKET === BUCKET - 2) entries[at + 1] |= OVERFLOWS;
				at += 2;
				if (at === rowEnd) return false;
			}
		}
		const flag = entries[at + 1] & OVERFLOWS;
		entries[at] = rank | (made << SYMBOL_BITS);
		entries[at + 1] = flag | (made >> (32 - SYMBOL_BITS)) | (right << 10);
		return true;
	}
}

/** As in kernel/pairs.ts. */
function hashOf(token: number): number {
	return Math.imul(token, HASH_FACTOR) >>> HASH_FOLD;
}
