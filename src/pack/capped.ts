import { sum } from "../core/arithmetic.js";
import { longestPackFirst } from "./histogram.js";
import { LengthStock } from "./length-stock.js";
import { maxSequences } from "./options.js";
import type { Packer } from "./packer.js";
import type { Packing } from "./packing.js";
import {
	countLengths,
	longestFirst,
	startsByLength,
} from "./sequence-orders.js";

const options = { maxSequences };

/**
 * Packs with a limit on the sequences in each, which CUDA graphs, fused attention
 * kernels and some loaders need. Best fit runs out of places before it runs out
 * of room: its last packs hold the short sequences only. Here each pack is filled
 * so that places and room run out together: the longest sequence first, then
 * those nearest to the room left over the places left, last the longest that
 * fits. Of this and best-fit-decreasing with the limit the one with fewer packs
 * counts.
 */
export const capped: Packer<typeof options> = {
	meaning:
		"for a limit on the sequences of a row: fills rows so that they reach the limit and the full length together",
	options,
	fillsRows: false,
	sharesRows: true,
	repacks: true,
	pack(lengths, capacity, options) {
		const byFit = longestPackFirst.pack(lengths, capacity, options);
		const { maxSequences } = options;
		if (maxSequences === undefined || maxSequences >= lengths.length)
			return byFit;
		const even = packEvenly(lengths, capacity, maxSequences);
		return even.packOffsets.length < byFit.packOffsets.length ? even : byFit;
	},
};

function packEvenly(
	lengths: Int32Array,
	capacity: number,
	maxSequences: number,
): Packing {
	const next = startsByLength(lengths, capacity);
	const sorted = longestFirst(lengths, capacity, next);
	const stock = new LengthStock(countLengths(lengths, capacity));
	const order = new Int32Array(lengths.length);
	const packOffsets = new Int32Array(lengths.length + 1);
	let packs = 0;
	let at = 0;
	let tokens = sum(lengths);
	while (at < lengths.length) {
		const left = lengths.length - at;
		const packsLeft = Math.max(
			Math.ceil(left / maxSequences),
			Math.ceil(tokens / capacity),
		);
		const due = Math.ceil(left / packsLeft);
		let room = capacity;
		for (let member = 0; member < maxSequences; member++) {
			const places = due - member;
			let length: number;
			if (member === 0) length = stock.longestUpTo(room);
			else if (places > 1) length = stock.nearest(room / places, room);
			else length = stock.longestUpTo(room);
			if (length === -1) break;
			stock.take(length);
			order[at++] = sorted[next[length]++];
			room -= length;
			tokens -= length;
		}
		packOffsets[++packs] = at;
	}
	return { order, packOffsets: packOffsets.slice(0, packs + 1) };
}
