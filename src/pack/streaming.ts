import { type Given, integer } from "../core/option.js";
import { resolveOptions } from "../core/resolve-options.js";
import { CapacityQueues } from "./capacity-queues.js";
import { maxSequences } from "./options.js";
import type { Packer } from "./packer.js";
import { checkCapacity } from "./packing.js";

const options = {
	maxSequences,
	openPacks: integer({
		least: 1,
		most: 2 ** 20,
		default: 64,
		help: "packs that are open at a time",
	}),
};

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
	 * @throws UsageError `bad-option`
	 */
	constructor(capacity: number, given: Given<typeof options> = {}) {
		checkCapacity(capacity);
		const { maxSequences, openPacks } = resolveOptions(options, given);
		this.#capacity = capacity;
		this.#maxSequences = maxSequences ?? Number.POSITIVE_INFINITY;
		this.#openPacks = openPacks;
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
export const streaming: Packer<typeof options> = {
	meaning:
		"best fit with a fixed number of open rows; if a sequence fits in none, the fullest is closed",
	options,
	fillsRows: false,
	sharesRows: true,
	repacks: true,
	pack(lengths, capacity, { maxSequences, openPacks }) {
		const packer = new StreamingPacker(capacity, { maxSequences, openPacks });
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
	},
};
