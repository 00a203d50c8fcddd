import { UsageError } from "../core/errors.js";
import { CapacityQueues } from "./capacity-queues.js";
import {
	checkCapacity,
	checkLengths,
	checkMaxSequences,
	type PackerOptions,
	type Packing,
} from "./packing.js";

const DEFAULT_OPEN_PACKS = 64;

/**
 * Best fit with a fixed number of open packs, for input without end: a sequence
 * goes into the fullest open pack with room for it; where there is none, the
 * fullest pack is given out and a new one opened (k-bounded best fit: J. Csirik
 * and D. S. Johnson, "Bounded space on-line bin packing", 2001). Memory is bounded
 * by the open packs. Giving out all at once instead, as some loaders do, loses several
 * times as much.
 */
export class StreamingPacker {
	readonly #capacity: number;
	readonly #maxSequences: number;
	readonly #openPacks: number;
	readonly #queues: CapacityQueues;
	/** Sequences of each open pack, by its slot; slots are used again. */
	readonly #members: number[][] = [];
	readonly #free: number[] = [];

	/**
	 * @param capacity Tokens that a pack can hold.
	 * @throws UsageError `bad-capacity`, `bad-max-sequences`, `bad-open-packs`
	 */
	constructor(capacity: number, options: PackerOptions = {}) {
		checkCapacity(capacity);
		this.#capacity = capacity;
		this.#maxSequences = checkMaxSequences(options.maxSequences);
		this.#openPacks = options.openPacks ?? DEFAULT_OPEN_PACKS;
		if (!Number.isInteger(this.#openPacks) || this.#openPacks < 1)
			throw new UsageError(
				"bad-open-packs",
				`there cannot be ${this.#openPacks} open packs: give a whole number of at least 1.`,
			);
		this.#queues = new CapacityQueues(capacity);
	}

	/**
	 * Takes a sequence in.
	 * @param sequence A number to know it by.
	 * @param length Its tokens, from 1 to the capacity.
	 * @returns The packs that are finished by it: their sequences.
	 */
	add(sequence: number, length: number): number[][] {
		const finished: number[][] = [];
		let room = this.#queues.smallestFrom(length);
		let slot: number;
		if (room !== -1) slot = this.#queues.take(room);
		else {
			if (this.#members.length - this.#free.length === this.#openPacks)
				finished.push(this.#close(this.#queues.smallestFrom(1)));
			slot = this.#free.pop() ?? this.#members.length;
			this.#members[slot] = [];
			room = this.#capacity;
		}
		const members = this.#members[slot];
		members.push(sequence);
		if (room === length || members.length === this.#maxSequences) {
			finished.push(members);
			this.#free.push(slot);
		} else this.#queues.put(slot, room - length);
		return finished;
	}

	/** The packs that are still open, the fullest first. */
	finish(): number[][] {
		const finished: number[][] = [];
		for (;;) {
			const room = this.#queues.smallestFrom(1);
			if (room === -1) return finished;
			finished.push(this.#close(room));
		}
	}

	#close(room: number): number[] {
		const slot = this.#queues.take(room);
		this.#free.push(slot);
		return this.#members[slot];
	}
}

/** `StreamingPacker` over lengths that are all there. */
export function streaming(
	lengths: Int32Array,
	capacity: number,
	options: PackerOptions = {},
): Packing {
	checkLengths(lengths, capacity, options);
	const packer = new StreamingPacker(capacity, options);
	const order = new Int32Array(lengths.length);
	const packOffsets = new Int32Array(lengths.length + 1);
	let packs = 0;
	const take = (finished: number[][]) => {
		for (const members of finished) {
			order.set(members, packOffsets[packs]);
			packOffsets[packs + 1] = packOffsets[packs] + members.length;
			packs++;
		}
	};
	for (let i = 0; i < lengths.length; i++) take(packer.add(i, lengths[i]));
	take(packer.finish());
	return { order, packOffsets: packOffsets.slice(0, packs + 1) };
}
