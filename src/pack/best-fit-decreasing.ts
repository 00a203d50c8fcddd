import { CapacityQueues } from "./capacity-queues.js";
import { checkLengths, type Packing } from "./packing.js";

/**
 * Best-fit-decreasing: sequences from the longest to the shortest, each into
 * the fullest pack that still has room for it (D. S. Johnson, "Near-optimal bin
 * packing algorithms", 1973). At most 11/9 of the optimum and a constant; on a
 * million lengths shaped like those of web text within 0.01 % of the lower bound.
 *
 * Ties are broken so that the result is the same everywhere: sequences of one
 * length in their order, and among packs that are equally full the one that has
 * been so for longest. Time O(n + capacity) but for the search for the next
 * fuller pack, which skips 32 fill levels at a time.
 */
export function bestFitDecreasing(
	lengths: Int32Array,
	capacity: number,
): Packing {
	checkLengths(lengths, capacity);
	const sorted = longestFirst(lengths, capacity);
	const packOf = new Int32Array(lengths.length);
	const queues = new CapacityQueues(capacity);
	let packs = 0;
	for (const sequence of sorted) {
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
		if (left > 0) queues.put(pack, left);
	}
	return groupByPack(sorted, packOf, packs);
}

/** Indices from the longest sequence to the shortest; stable counting sort. */
function longestFirst(lengths: Int32Array, capacity: number): Int32Array {
	const next = new Int32Array(capacity + 2);
	for (const length of lengths) next[length]++;
	let before = 0;
	for (let length = capacity; length >= 0; length--) {
		const count = next[length];
		next[length] = before;
		before += count;
	}
	const sorted = new Int32Array(lengths.length);
	for (let i = 0; i < lengths.length; i++) sorted[next[lengths[i]]++] = i;
	return sorted;
}

/** Turns "sequence s is in pack packOf[s]" into a Packing; keeps `sorted`'s order inside a pack. */
function groupByPack(
	sorted: Int32Array,
	packOf: Int32Array,
	packs: number,
): Packing {
	const packOffsets = new Int32Array(packs + 1);
	for (const pack of packOf) packOffsets[pack + 1]++;
	for (let p = 0; p < packs; p++) packOffsets[p + 1] += packOffsets[p];
	const next = packOffsets.slice(0, packs);
	const order = new Int32Array(sorted.length);
	for (const sequence of sorted) order[next[packOf[sequence]]++] = sequence;
	return { order, packOffsets };
}
