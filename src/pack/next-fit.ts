import { tokensOfRow } from "../decompose/concatenate.js";
import { randomLength } from "../decompose/options.js";
import { maxSequences } from "./options.js";
import type { Packer } from "./packer.js";
import type { Packing } from "./packing.js";
import { asTheyCome } from "./sequence-orders.js";

const options = { maxSequences };

/**
 * Next fit: each sequence, as they come, into the last pack, or a new one where
 * that has no room (Johnson 1973). What a loader does that fills one row at a time.
 */
export const nextFit: Packer<typeof options> = {
	meaning:
		"each sequence, in the order given, into the last row, or into a new one if that has no room",
	options,
	fillsRows: false,
	sharesRows: true,
	repacks: true,
	pack: (lengths, capacity, { maxSequences }) =>
		packByNextFit(lengths, () => capacity, maxSequences),
};

const concatOptions = { randomLength };

/** Concatenate and chunk: documents one after the other, cut wherever a row ends. */
export const concat: Packer<typeof concatOptions> = {
	meaning:
		"concatenate and chunk: documents one after the other, cut wherever a row ends",
	options: concatOptions,
	cuts: "concatenate",
	fillsRows: true,
	sharesRows: true,
	repacks: false,
	pack: (lengths, capacity, { randomLength }) =>
		packByNextFit(lengths, (row) => tokensOfRow(row, capacity, randomLength)),
};

function packByNextFit(
	lengths: Int32Array,
	roomOf: (row: number) => number,
	maxSequences = Number.POSITIVE_INFINITY,
): Packing {
	const packOffsets = new Int32Array(lengths.length + 1);
	let packs = 0;
	let left = 0;
	for (let i = 0; i < lengths.length; i++) {
		if (lengths[i] > left || i - packOffsets[packs - 1] >= maxSequences) {
			left = roomOf(packs);
			packOffsets[packs++] = i;
		}
		left -= lengths[i];
	}
	packOffsets[packs] = lengths.length;
	return {
		order: asTheyCome(lengths),
		packOffsets: packOffsets.slice(0, packs + 1),
	};
}
