import { giveMemory, takeMemory } from "./memory.js";

const LONGEST = 2 ** 31 - 1;

// Views of these buffers are valid until the next call that adds to the buffer.

/** An Int32Array that grows by doubling. */
export class Int32Buffer {
	array: Int32Array;
	length = 0;

	constructor(capacity = 1024) {
		this.array = new Int32Array(capacity);
	}

	/** Makes room for `count` more; the caller writes them and adds to `length`. */
	reserve(count: number): void {
		const needed = this.length + count;
		if (needed <= this.array.length) return;
		if (needed > LONGEST)
			throw new RangeError("an Int32Buffer holds at most 2^31 - 1 numbers");
		const capacity = Math.min(LONGEST, Math.max(needed, this.array.length * 2));
		const grown = new Int32Array(takeMemory(4 * capacity));
		grown.set(this.array.subarray(0, this.length));
		this.array = grown;
	}

	push(value: number): void {
		if (this.length === this.array.length) this.reserve(1);
		this.array[this.length++] = value;
	}

	append(values: ArrayLike<number>): void {
		this.reserve(values.length);
		this.array.set(values, this.length);
		this.length += values.length;
	}

	/** What is held now: a view. */
	view(): Int32Array {
		return this.array.subarray(0, this.length);
	}

	/** Empties the buffer, and lets others use its memory: no view may be left. */
	free(): void {
		giveMemory(this.array.buffer as ArrayBuffer);
		this.array = new Int32Array(0);
		this.length = 0;
	}
}

/** A BigInt64Array that grows by doubling, and takes numbers without making bigints of them. */
export class Int64Buffer {
	readonly #words = new Int32Buffer();

	get length(): number {
		return this.#words.length / 2;
	}

	set length(length: number) {
		this.#words.length = 2 * length;
	}

	/** Adds the number high * 2^32 + low; `low` may be signed or not. */
	push(high: number, low: number): void {
		const words = this.#words;
		words.reserve(2);
		words.array[words.length++] = low | 0;
		words.array[words.length++] = high;
	}

	/** What is held now: a view. */
	view(): BigInt64Array {
		return new BigInt64Array(this.#words.array.buffer, 0, this.length);
	}

	/** As that of an Int32Buffer. */
	free(): void {
		this.#words.free();
	}
}

/** A Uint8Array that grows by doubling. */
export class Uint8Buffer {
	#array = new Uint8Array(1024);
	length = 0;

	/** Adds bytes of one value, and returns a view of them to be written to. */
	extend(count: number, value = 0): Uint8Array {
		const start = this.length;
		this.#grow(count);
		return this.#array.subarray(start, this.length).fill(value);
	}

	append(values: ArrayLike<number>): void {
		const start = this.length;
		this.#grow(values.length);
		this.#array.set(values, start);
	}

	#grow(count: number): void {
		this.length += count;
		if (this.length <= this.#array.length) return;
		const capacity = Math.max(this.length, 2 * this.#array.length);
		const grown = new Uint8Array(takeMemory(capacity));
		grown.set(this.#array.subarray(0, this.length - count));
		this.#array = grown;
	}

	/** What is held now: a view. */
	view(): Uint8Array {
		return this.#array.subarray(0, this.length);
	}

	/** As that of an Int32Buffer. */
	free(): void {
		giveMemory(this.#array.buffer as ArrayBuffer);
		this.#array = new Uint8Array(0);
		this.length = 0;
	}
}

/** A Float32Array that grows by doubling. */
export class Float32Buffer {
	#array: Float32Array = new Float32Array(1024);
	length = 0;

	append(values: ArrayLike<number>): void {
		this.extend(values.length).set(values);
	}

	/** Adds zeros, and returns a view of them to be written to. */
	extend(count: number): Float32Array {
		const start = this.length;
		this.length += count;
		if (this.length > this.#array.length) {
			const capacity = Math.max(this.length, 2 * this.#array.length);
			const grown = new Float32Array(takeMemory(4 * capacity));
			grown.set(this.#array.subarray(0, start));
			this.#array = grown;
		}
		return this.#array.subarray(start, this.length).fill(0);
	}

	/** What is held now: a view. */
	view(): Float32Array {
		return this.#array.subarray(0, this.length);
	}

	/** As that of an Int32Buffer. */
	free(): void {
		giveMemory(this.#array.buffer as ArrayBuffer);
		this.#array = new Float32Array(0);
		this.length = 0;
	}
}
