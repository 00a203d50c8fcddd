// Hashes of 64 bits, as two words: those that are compared are few for each, and nobody makes them collide.

/** Mixes the bits of a word (the finalizer of MurmurHash3). */
export function mixed(word: number): number {
	let h = word;
	h ^= h >>> 16;
	h = Math.imul(h, 0x85ebca6b);
	h ^= h >>> 13;
	h = Math.imul(h, 0xc2b2ae35);
	return h ^ (h >>> 16);
}

/**
 * Adds the tokens of a document's piece to a sum over all its pieces, which is the same in whatever order they come.
 * @param offset The token of the document that the piece begins at.
 * @param sums Its two words are at `at`.
 */
export function addPiece(
	ids: Int32Array,
	from: number,
	to: number,
	offset: number,
	sums: Int32Array,
	at: number,
): void {
	let a = sums[at];
	let b = sums[at + 1];
	for (let i = from; i < to; i++) {
		const id = ids[i] + 1;
		const place = offset + i - from + 1;
		a =
			(a + mixed(Math.imul(id, 0x9e3779b1) + Math.imul(place, 0x7feb352d))) | 0;
		b =
			(b + mixed(Math.imul(id, 0x846ca68b) ^ Math.imul(place, 0x27d4eb2f))) | 0;
	}
	sums[at] = a;
	sums[at + 1] = b;
}

/** The hash of numbers in their order. */
export class OrderedHash {
	a = 0;
	b = 0;

	begin(): void {
		this.a = 0x3c6ef372;
		this.b = 0x510e527f | 0;
	}

	/** Adds numbers, and how many they are. */
	add(values: ArrayLike<number>, from: number, to: number): void {
		let a = this.a ^ (to - from);
		let b = this.b + (to - from);
		for (let i = from; i < to; i++) {
			a = Math.imul(a ^ values[i], 0x9e3779b1);
			a ^= a >>> 15;
			b = Math.imul((b + values[i]) | 0, 0x85ebca6b);
			b ^= b >>> 13;
		}
		this.a = mixed(a);
		this.b = mixed(b ^ 0x1b873593);
	}

	addText(text: string): void {
		let a = this.a ^ text.length;
		let b = this.b + text.length;
		for (let i = 0; i < text.length; i++) {
			const unit = text.charCodeAt(i);
			a = Math.imul(a ^ unit, 0x9e3779b1);
			a ^= a >>> 15;
			b = Math.imul((b + unit) | 0, 0x85ebca6b);
			b ^= b >>> 13;
		}
		this.a = mixed(a);
		this.b = mixed(b ^ 0x1b873593);
	}
}
