/**
 * Open packs by the room they have left: one first-in-first-out queue for each
 * room 1..capacity, and a two-level bitset over the rooms that have any pack,
 * so that the smallest sufficient room is found in a few word operations.
 */
export class CapacityQueues {
	readonly #head: Int32Array;
	readonly #tail: Int32Array;
	readonly #bits: Int32Array;
	readonly #summary: Int32Array;
	/** next[pack] is the pack behind it in its queue, or -1. */
	#next = new Int32Array(1024);

	constructor(capacity: number) {
		this.#head = new Int32Array(capacity + 1).fill(-1);
		this.#tail = new Int32Array(capacity + 1).fill(-1);
		this.#bits = new Int32Array((capacity >>> 5) + 1);
		this.#summary = new Int32Array((capacity >>> 10) + 1);
	}

	/** The smallest room of at least `room` that some pack has, or -1. */
	smallestFrom(room: number): number {
		let word = room >>> 5;
		if (word >= this.#bits.length) return -1;
		let bits = this.#bits[word] & (-1 << (room & 31));
		if (bits === 0) {
			word = this.#nextWord(word + 1);
			if (word === -1) return -1;
			bits = this.#bits[word];
		}
		return (word << 5) | lowestBit(bits);
	}

	/** Removes and returns the pack that has had exactly this room for longest. */
	take(room: number): number {
		const pack = this.#head[room];
		const next = this.#next[pack];
		this.#head[room] = next;
		if (next === -1) {
			this.#tail[room] = -1;
			const word = room >>> 5;
			this.#bits[word] &= ~(1 << (room & 31));
			if (this.#bits[word] === 0)
				this.#summary[word >>> 5] &= ~(1 << (word & 31));
		}
		return pack;
	}

	/** Adds a pack that has this room left. */
	put(pack: number, room: number): void {
		if (pack >= this.#next.length) {
			const grown = new Int32Array(Math.max(pack + 1, this.#next.length * 2));
			grown.set(this.#next);
			this.#next = grown;
		}
		this.#next[pack] = -1;
		const last = this.#tail[room];
		this.#tail[room] = pack;
		if (last !== -1) {
			this.#next[last] = pack;
			return;
		}
		this.#head[room] = pack;
		const word = room >>> 5;
		this.#bits[word] |= 1 << (room & 31);
		this.#summary[word >>> 5] |= 1 << (word & 31);
	}

	/** The first word from `from` on that is not zero, or -1. */
	#nextWord(from: number): number {
		let group = from >>> 5;
		if (group >= this.#summary.length) return -1;
		let bits = this.#summary[group] & (-1 << (from & 31));
		while (bits === 0) {
			if (++group === this.#summary.length) return -1;
			bits = this.#summary[group];
		}
		return (group << 5) | lowestBit(bits);
	}
}

function lowestBit(bits: number): number {
	return 31 - Math.clz32(bits & -bits);
}
