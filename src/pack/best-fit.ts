import { CapacityQueues } from "./capacity-queues.js";
import { groupByPack } from "./group-by-pack.js";
import { maxSequences } from "./options.js";
import { PackGroups } from "./pack-groups.js";
import type { Packer } from "./packer.js";
import type { Packing } from "./packing.js";
import { asTheyCome, longestFirst, startsByLength } from "./sequence-orders.js";

const options = { maxSequences };
const facts = {
	options,
	fillsRows: false,
	sharesRows: true,
	repacks: true,
};

/**
 * Best fit: each sequence, as they come, into the fullest pack that still has
 * room for it (D. S. Johnson, "Near-optimal bin packing algorithms", 1973).
 * Ties and time as in `bestFitDecreasing`.
 */
export const bestFit: Packer<typeof options> = {
	...facts,
	meaning:
		"each sequence, in the order given, into the fullest row that has room for it",
	pack: (lengths, capacity, { maxSequences }) =>
		packAsTheyCome(lengths, capacity, maxSequences),
};

/**
 * Best-fit-decreasing: sequences from the longest to the shortest, each into
 * the fullest pack that still has room for it (Johnson 1973). At most 11/9 of the
 * optimum and a constant; on a million lengths shaped like those of web text within
 * 0.01 % of the lower bound.
 *
 * Ties are broken so that the result is the same everywhere: sequences of one
 * length in their order, and among packs that are equally full the one that has
 * been so for longest. Time O(n + capacity) but for the search for the next
 * fuller pack, which skips 32 fill levels at a time. Memory: 8 bytes a sequence and
 * 4 a pack; and 16 for each layer of `PackGroups`, 25,000 of them on ten million
 * lengths shaped like those of web text, at most one a sequence.
 */
export const bestFitDecreasing: Packer<typeof options> = {
	...facts,
	meaning:
		"each sequence, from the longest to the shortest, into the fullest row that has room for it",
	pack: (lengths, capacity, { maxSequences }) =>
		packLongestFirst(lengths, capacity, maxSequences),
};

/**
 * "Fewer Truncations Improve Language Modeling" (H. Ding et al., 2404.10830):
 * documents longer than a row are cut only as often as they must be, and all
 * pieces are packed by best-fit-decreasing.
 */
export const bestFitPacking: Packer<typeof options> = {
	...bestFitDecreasing,
	meaning:
		'"Fewer Truncations" (2404.10830): only documents longer than a row are cut; then best-fit-decreasing',
	cuts: "split",
};

function packAsTheyCome(
	lengths: Int32Array,
	capacity: number,
	maxSequences = Number.POSITIVE_INFINITY,
): Packing {
	const packOf = new Int32Array(lengths.length);
	const queues = new CapacityQueues(capacity);
	const isLimited = maxSequences < lengths.length;
	const members = new Int32Array(isLimited ? lengths.length : 0);
	let packs = 0;
	for (let sequence = 0; sequence < lengths.length; sequence++) {
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
	return groupByPack(asTheyCome(lengths), packOf, packs);
}

/**
 * The sequences of one length at a time, and each time all packs at once that hold the
 * same. What the packs hold is decided on the number of sequences of each length; the
 * sequences themselves are passed over twice, to sort and to place them.
 */
function packLongestFirst(
	lengths: Int32Array,
	capacity: number,
	maxSequences = Number.POSITIVE_INFINITY,
): Packing {
	const starts = startsByLength(lengths, capacity);
	const queues = new CapacityQueues(capacity);
	const groups = new PackGroups();
	let next = 0;
	for (let length = capacity; length > 0; length--) {
		const end = starts[length - 1];
		while (next < end) {
			const open = queues.smallestFrom(length);
			const isNew = open === -1;
			const room = isNew ? capacity : open;
			let group = isNew ? -1 : queues.first(room);
			const depth = isNew ? 0 : groups.depth(group);
			// What has just taken one is the fullest pack for the next, while it has room.
			const each = Math.min(
				Math.floor(room / length),
				maxSequences - depth,
				end - next,
			);
			const packs = Math.floor((end - next) / each);
			if (isNew) group = groups.open(packs);
			else if (packs < groups.packs(group)) group = groups.split(group, packs);
			else queues.take(room);
			groups.put(group, next, each);
			next += each * groups.packs(group);
			const left = room - each * length;
			if (left > 0 && depth + each < maxSequences) queues.put(group, left);
		}
	}
	return groups.packing(longestFirst(lengths, capacity, starts));
}
