// Polynomials of the ids modulo 2^32, twice. From those of the beginnings of a document comes that of
// any part of it.

const BASES = [0x9e3779b1, 0x85ebca77] as const;

/** Hashes of all parts of a list of ids. Memory is kept for the next list. */
export class PartHashes {
	/** Of the first ids, as many as the place says. */
	#a = new Int32Array(1024);
	#b = new Int32Array(1024);
	/** The bases to the power that the place says. */
	#powersA = Int32Array.of(1);
	#powersB = Int32Array.of(1);

	/** Begins anew, with other ids. */
	read(ids: Int32Array, from = 0, to = ids.length): void {
		const count = to - from;
		if (count >= this.#a.length) {
			this.#a = new Int32Array(2 * count);
			this.#b = new Int32Array(2 * count);
		}
		this.#a[0] = 0;
		this.#b[0] = 0;
		for (let i = 0; i < count; i++) {
			const id = ids[from + i] + 1;
			this.#a[i + 1] = Math.imul(this.#a[i], BASES[0]) + mixed(id);
			this.#b[i + 1] = Math.imul(this.#b[i], BASES[1]) + mixed(id ^ 0x5bd1e995);
		}
	}

	/** The ids from one to before another, as a whole number from 1 to 2^53. */
	keyOf(start: number, end: number): number {
		const length = end - start;
		this.#reach(length);
		const a = this.#a[end] - Math.imul(this.#a[start], this.#powersA[length]);
		const b = this.#b[end] - Math.imul(this.#b[start], this.#powersB[length]);
		const high = mixed(a ^ length) >>> 0;
		const low = mixed(b + length) >>> 11;
		return high * 2 ** 21 + low + 1;
	}

	#reach(exponent: number): void {
		if (exponent < this.#powersA.length) return;
		const powersOf = (base: number) => {
			const powers = new Int32Array(2 * exponent);
			powers[0] = 1;
			for (let i = 1; i < powers.length; i++)
				powers[i] = Math.imul(powers[i - 1], base);
			return powers;
		};
		this.#powersA = powersOf(BASES[0]);
		this.#powersB = powersOf(BASES[1]);
	}
}

/** The end of MurmurHash3, by Austin Appleby: every bit of the number changes half of them. */
function mixed(number: number): number {
	let h = number;
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return h ^ (h >>> 16);
}
