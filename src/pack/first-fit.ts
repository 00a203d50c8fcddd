import { groupByPack } from "./group-by-pack.js";
import { maxSequences } from "./options.js";
import type { Packer } from "./packer.js";
import type { Packing } from "./packing.js";
import { RoomTree } from "./room-tree.js";
import { asTheyCome, longestFirst } from "./sequence-orders.js";

const options = { maxSequences };
const facts = {
	options,
	fillsRows: false,
	sharesRows: true,
	repacks: true,
};

/**
 * First fit: each sequence, as they come, into the first pack, in the order in
 * which they were opened, that has room for it (Johnson 1973). O(n log packs).
 */
export const firstFit: Packer<typeof options> = {
	...facts,
	meaning:
		"each sequence, in the order given, into the first row that has room for it",
	pack: (lengths, capacity, { maxSequences }) =>
		packByFirstFit(lengths, capacity, asTheyCome(lengths), maxSequences),
};

/** First fit over the sequences from the longest to the shortest. */
export const firstFitDecreasing: Packer<typeof options> = {
	...facts,
	meaning:
		"each sequence, from the longest to the shortest, into the first row that has room for it",
	pack: (lengths, capacity, { maxSequences }) => {
		const sequences = longestFirst(lengths, capacity);
		return packByFirstFit(lengths, capacity, sequences, maxSequences);
	},
};

function packByFirstFit(
	lengths: Int32Array,
	capacity: number,
	sequences: Int32Array,
	maxSequences = Number.POSITIVE_INFINITY,
): Packing {
	const packOf = new Int32Array(lengths.length);
	const tree = new RoomTree();
	const isLimited = maxSequences < lengths.length;
	const members = new Int32Array(isLimited ? lengths.length : 0);
	for (const sequence of sequences) {
		const length = lengths[sequence];
		let pack = tree.firstWith(length);
		if (pack === -1) pack = tree.add(capacity);
		packOf[sequence] = pack;
		const isFull = isLimited && ++members[pack] === maxSequences;
		tree.set(pack, isFull ? 0 : tree.room(pack) - length);
	}
	return groupByPack(sequences, packOf, tree.packs);
}
