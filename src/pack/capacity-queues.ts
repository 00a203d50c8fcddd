import { BitSet } from "../core/bit-set.js";

/**
 * Open packs, or groups of packs, by the room they have left: one first-in-first-out queue for each
 * room 1..capacity, and the set of the rooms that any pack has.
 */
export class CapacityQueues {
	readonly #head: Int32Array;
	readonly #tail: Int32Array;
	readonly #rooms: BitSet;
	/** next[pack] is the pack behind it in its queue, or -1. */
	#next = new Int32Array(1024);

	constructor(capacity: number) {
		this.#head = new Int32Array(capacity + 1).fill(-1);
		this.#tail = new Int32Array(capacity + 1).fill(-1);
		this.#rooms = new BitSet(capacity);
	}

	/** The smallest room of at least `room` that some pack has, or -1. */
	smallestFrom(room: number): number {
		return this.#rooms.smallestFrom(room);
	}

	/** The pack that has had exactly this room for longest; one must have it. */
	first(room: number): number {
		return this.#head[room];
	}

	/** Removes and returns the pack that has had exactly this room for longest. */
	take(room: number): number {
		const pack = this.#head[room];
		const next = this.#next[pack];
		this.#head[room] = next;
		if (next === -1) {
			this.#tail[room] = -1;
			this.#rooms.delete(room);
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
		if (last === -1) {
			this.#head[room] = pack;
			this.#rooms.add(room);
		} else this.#next[last] = pack;
	}
}
