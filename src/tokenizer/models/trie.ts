import { TRIE_BASE_SHIFT, TRIE_LABEL, TRIE_TAKEN } from "../layout.js";

/** A base has the bits that a label leaves. */
const MOST_UNITS = 2 ** (32 - TRIE_BASE_SHIFT);
const BLOCK = 256;
/** Places that are tried for a node's children before a new block is taken. */
const MOST_TRIES = 64;

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
 * Makes a trie of texts, of which the empty one is left out.
 * @returns null where they are too many for it: 8 million nodes
 */
export function makeTrie(texts: ReadonlyMap<string, number>): Trie | null {
	return new TrieMaker(texts).make();
}

class TrieMaker {
	/** All texts' bytes back to back, and where each ends. Texts that begin alike are neighbours. */
	readonly #bytes: Uint8Array;
	readonly #ends: Int32Array;
	readonly #ids: Int32Array;
	#units = new Int32Array(2 * BLOCK * 16);
	/** Free places, in a ring; -1 for those that are taken. */
	#next = new Int32Array(BLOCK * 16);
	#previous = new Int32Array(BLOCK * 16);
	#isBase = new Uint8Array(BLOCK * 16);
	#size = 0;
	/** Some free place, -1 where there is none. */
	#free = -1;

	constructor(texts: ReadonlyMap<string, number>) {
		const sorted = [...texts.keys()].sort();
		const encoder = new TextEncoder();
		let units = 0;
		for (const text of sorted) units += text.length;
		this.#bytes = new Uint8Array(units * 3);
		this.#ends = new Int32Array(sorted.length);
		this.#ids = new Int32Array(sorted.length);
		let end = 0;
		for (const [i, text] of sorted.entries()) {
			end += encoder.encodeInto(text, this.#bytes.subarray(end)).written;
			this.#ends[i] = end;
			this.#ids[i] = texts.get(text) as number;
		}
	}

	make(): Trie | null {
		this.#addBlock();
		this.#take(0);
		// What has no children has this base: it must be no other's.
		this.#isBase[0] = 1;
		const labels = new Uint8Array(256);
		const borders = new Int32Array(257);
		/** Nodes whose children are to be placed: node, depth, first text and last. */
		const open = [0, 0, 0, this.#ends.length];
		while (open.length > 0) {
			const [node, depth, first, last] = open.splice(-4);
			let count = 0;
			for (let i = first; i < last; i++) {
				const at = this.#start(i) + depth;
				if (at === this.#ends[i]) {
					if (depth > 0) this.#units[2 * node + 1] = this.#ids[i];
					continue;
				}
				const byte = this.#bytes[at];
				if (count > 0 && labels[count - 1] === byte) continue;
				labels[count] = byte;
				borders[count++] = i;
			}
			if (count === 0) continue;
			borders[count] = last;
			const base = this.#findBase(labels.subarray(0, count));
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

	#start(text: number): number {
		return text === 0 ? 0 : this.#ends[text - 1];
	}

	/** A base that is no other's, and whose children all are free. */
	#findBase(labels: Uint8Array): number {
		let place = this.#free;
		for (let tries = 0; place !== -1 && tries < MOST_TRIES; tries++) {
			const base = place ^ labels[0];
			if (this.#fits(base, labels)) return base;
			place = this.#next[place];
			// The next search begins where this one ends.
			this.#free = place;
			if (this.#next[place] === place) break;
		}
		this.#addBlock();
		return this.#size - BLOCK;
	}

	#fits(base: number, labels: Uint8Array): boolean {
		if (this.#isBase[base] === 1) return false;
		for (let i = 1; i < labels.length; i++)
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
