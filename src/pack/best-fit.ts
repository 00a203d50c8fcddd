import { CapacityQueues } from "./capacity-queues.js";
import { groupByPack } from "./group-by-pack.js";
import { checkLengths, type PackerOptions, type Packing } from "./packing.js";
import { asTheyCome } from "./sequence-orders.js";

/**
 * Best fit: each sequence, as they come, into the fullest pack that still has
 * room for it (D. S. Johnson, "Near-optimal bin packing algorithms", 1973).
 * Ties and time as in `bestFitDecreasing`.
 */
export function bestFit(
	lengths: Int32Array,
	capacity: number,
	options: PackerOptions = {},
): Packing {
	const maxSequences = checkLengths(lengths, capacity, options);
	return packByBestFit(lengths, capacity, asTheyCome(lengths), maxSequences);
}

/** Best fit over the sequences in the order given. */
export function packByBestFit(
	lengths: Int32Array,
	capacity: number,
	sequences: Int32Array,
	maxSequences: number,
): Packing {
	const packOf = new Int32Array(lengths.length);
	const queues = new CapacityQueues(capacity);
	const isLimited = maxSequences < lengths.length;
	const members = new Int32Array(isLimited ? lengths.length : 0);
	let packs = 0;
	for (const sequence of sequences) {
		const length = lengths[sequence];
		const room = queues.smallestFrom(length);
		let pack: number;
		let left: number;
		if (room === -1) {
			pack = packs++;
			left = capacity - length;
		} else {
			pack = queues.take(room);
			left = room - length;
		}
		packOf[sequence] = pack;
		if (isLimited && ++members[pack] === maxSequences) continue;
		if (left > 0) queues.put(pack, left);
	}
	return groupByPack(sequences, packOf, packs);
}
