import { TRIE_BASE_SHIFT, TRIE_LABEL, TRIE_TAKEN } from "../layout.js";

/** A base has the bits that a label leaves. */
const MOST_UNITS = 2 ** (32 - TRIE_BASE_SHIFT);
const BLOCK = 256;
/** Places that are tried for a node's children before a new block is taken. */
const MOST_TRIES = 64;
/** So many texts are sorted by inserting. */
const FEW = 24;

/**
 * Texts and their ids, as a double array over the bytes of UTF-8 (Aoe, 1989; as xor of base and byte in
 * Darts-clone). Each node has two int32: its base, shifted, with the byte that leads to it; and the id of the text
 * that ends there, -1 for none. The child by a byte is at `base ^ byte`, if the node there says so.
 */
export class Trie {
	readonly root = 0;
	readonly units: Int32Array;

	constructor(units: Int32Array) {
		this.units = units;
	}

	/** The node that a byte leads to, or -1. */
	child(node: number, byte: number): number {
		const next = (this.units[2 * node] >>> TRIE_BASE_SHIFT) ^ byte;
		const label = this.units[2 * next] & TRIE_LABEL;
		return label === (byte | TRIE_TAKEN) ? next : -1;
	}

	/** The node that bytes lead to from the root, or -1. */
	walk(bytes: Uint8Array): number {
		let node = this.root;
		for (const byte of bytes) {
			node = this.child(node, byte);
			if (node === -1) break;
		}
		return node;
	}

	/** The id of the text that ends at a node, or -1. */
	id(node: number): number {
		return this.units[2 * node + 1];
	}
}

/**
 * Makes a trie of texts, no two the same, of which the empty one is left out.
 * @returns null where they are too many for it: 8 million nodes
 */
export function makeTrie(
	texts: readonly string[],
	ids: ArrayLike<number>,
): Trie | null {
	return new TrieMaker(texts, ids).make();
}

class TrieMaker {
	/** All texts' bytes back to back, and where each ends. */
	readonly #bytes: Uint8Array;
	readonly #ends: Int32Array;
	readonly #ids: ArrayLike<number>;
	/** Texts in an order in which those that begin alike are neighbours, as far as has been looked. */
	readonly #order: Int32Array;
	/** For sorting. */
	readonly #unsorted: Int32Array;
	readonly #counts = new Int32Array(257);
	#units = new Int32Array(2 * BLOCK * 16);
	/** Free places, in a ring; -1 for those that are taken. */
	#next = new Int32Array(BLOCK * 16);
	#previous = new Int32Array(BLOCK * 16);
	#isBase = new Uint8Array(BLOCK * 16);
	#size = 0;
	/** Some free place, -1 where there is none. */
	#free = -1;

	constructor(texts: readonly string[], ids: ArrayLike<number>) {
		this.#bytes = new TextEncoder().encode(texts.join(""));
		this.#ends = new Int32Array(texts.length);
		this.#ids = ids;
		this.#order = Int32Array.from(this.#ends, (_, i) => i);
		this.#unsorted = new Int32Array(texts.length);
		let end = 0;
		for (let i = 0; i < texts.length; i++) {
			end += utf8Length(texts[i]);
			this.#ends[i] = end;
		}
	}

	make(): Trie | null {
		this.#addBlock();
		this.#take(0);
		// What has no children has this base: it must be no other's.
		this.#isBase[0] = 1;
		const labels = new Uint8Array(256);
		const borders = new Int32Array(257);
		/** Nodes whose children are to be placed: node, depth, and a range of the order. */
		const open = [0, 0, 0, this.#order.length];
		while (open.length > 0) {
			const last = open.pop() as number;
			let first = open.pop() as number;
			const depth = open.pop() as number;
			const node = open.pop() as number;
			this.#sort(first, last, depth);
			for (
				;
				first < last && this.#label(this.#order[first], depth) === 0;
				first++
			)
				if (depth > 0)
					this.#units[2 * node + 1] = this.#ids[this.#order[first]];
			let count = 0;
			for (let i = first; i < last; i++) {
				const byte = this.#label(this.#order[i], depth) - 1;
				if (count > 0 && labels[count - 1] === byte) continue;
				labels[count] = byte;
				borders[count++] = i;
			}
			if (count === 0) continue;
			borders[count] = last;
			const base = this.#findBase(labels, count);
			if (this.#size > MOST_UNITS) return null;
			this.#isBase[base] = 1;
			this.#units[2 * node] |= base << TRIE_BASE_SHIFT;
			for (let i = 0; i < count; i++) {
				const child = base ^ labels[i];
				this.#take(child);
				this.#units[2 * child] = TRIE_TAKEN | labels[i];
				open.push(child, depth + 1, borders[i], borders[i + 1]);
			}
		}
		return new Trie(this.#units.slice(0, 2 * this.#size));
	}

	/** One more than a text's byte at a place, 0 where it ends. */
	#label(text: number, depth: number): number {
		const at = (text === 0 ? 0 : this.#ends[text - 1]) + depth;
		return at < this.#ends[text] ? this.#bytes[at] + 1 : 0;
	}

	/** Sorts a range of the order by the byte at a place. */
	#sort(first: number, last: number, depth: number): void {
		const order = this.#order;
		if (last - first > FEW) {
			this.#sortMany(first, last, depth);
			return;
		}
		for (let i = first + 1; i < last; i++) {
			const text = order[i];
			const label = this.#label(text, depth);
			let to = i;
			for (; to > first && this.#label(order[to - 1], depth) > label; to--)
				order[to] = order[to - 1];
			order[to] = text;
		}
	}

	/** By counting. */
	#sortMany(first: number, last: number, depth: number): void {
		const order = this.#order;
		const counts = this.#counts.fill(0);
		for (let i = first; i < last; i++) {
			this.#unsorted[i] = order[i];
			counts[this.#label(order[i], depth)]++;
		}
		for (let label = 0, place = first; label < counts.length; label++) {
			const count = counts[label];
			counts[label] = place;
			place += count;
		}
		for (let i = first; i < last; i++) {
			const text = this.#unsorted[i];
			order[counts[this.#label(text, depth)]++] = text;
		}
	}

	/** A base that is no other's, and whose children all are free. */
	#findBase(labels: Uint8Array, count: number): number {
		let place = this.#free;
		for (let tries = 0; place !== -1 && tries < MOST_TRIES; tries++) {
			const base = place ^ labels[0];
			if (this.#fits(base, labels, count)) return base;
			place = this.#next[place];
			// The next search begins where this one ends.
			this.#free = place;
			if (this.#next[place] === place) break;
		}
		this.#addBlock();
		return this.#size - BLOCK;
	}

	#fits(base: number, labels: Uint8Array, count: number): boolean {
		if (this.#isBase[base] === 1) return false;
		for (let i = 1; i < count; i++)
			if (this.#next[base ^ labels[i]] === -1) return false;
		return true;
	}

	#take(place: number): void {
		const next = this.#next[place];
		const previous = this.#previous[place];
		this.#next[previous] = next;
		this.#previous[next] = previous;
		this.#next[place] = -1;
		if (this.#free === place) this.#free = next === place ? -1 : next;
	}

	/** Adds a block of free places, which come first. */
	#addBlock(): void {
		const from = this.#size;
		const to = from + BLOCK;
		if (to > this.#next.length) {
			this.#units = grown(this.#units);
			this.#next = grown(this.#next);
			this.#previous = grown(this.#previous);
			const isBase = new Uint8Array(this.#isBase.length * 2);
			isBase.set(this.#isBase);
			this.#isBase = isBase;
		}
		for (let place = from; place < to; place++) {
			this.#next[place] = place + 1;
			this.#previous[place] = place - 1;
			this.#units[2 * place + 1] = -1;
		}
		const after = this.#free === -1 ? from : this.#free;
		const before = this.#free === -1 ? to - 1 : this.#previous[this.#free];
		this.#next[to - 1] = after;
		this.#previous[from] = before;
		this.#next[before] = from;
		this.#previous[after] = to - 1;
		this.#free = from;
		this.#size = to;
	}
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
	const twice = new Int32Array(array.length * 2);
	twice.set(array);
	return twice;
}

function utf8Length(text: string): number {
	let length = text.length;
	for (let i = 0; i < text.length; i++) {
		const unit = text.charCodeAt(i);
		// A surrogate is half of four bytes.
		if (unit >= 0x80)
			length += unit < 0x800 || (unit & 0xf800) === 0xd800 ? 1 : 2;
	}
	return length;
}
