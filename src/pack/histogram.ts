import {
	type Choice,
	type HistogramPlan,
	planHistogram,
} from "./histogram-plan.js";
import { maxSequences } from "./options.js";
import type { Packer } from "./packer.js";
import type { Packing } from "./packing.js";
import {
	countLengths,
	longestFirst,
	startsByLength,
} from "./sequence-orders.js";

const options = { maxSequences };
const facts = {
	options,
	fillsRows: false,
	sharesRows: true,
	repacks: true,
};

/**
 * Shortest-pack-first on the histogram of lengths (SPFHP of Krell et al.,
 * 2107.02027): from the longest sequences to the shortest, each into the
 * emptiest pack with room for it. Spreads short sequences over packs.
 */
export const shortestPackFirst: Packer<typeof options> = {
	...facts,
	meaning:
		"SPFHP (2107.02027), on the histogram of lengths: from the longest to the shortest, each into the emptiest row that has room for it",
	pack: (lengths, capacity, { maxSequences }) =>
		packByHistogram(lengths, capacity, "emptiest", maxSequences),
};

/**
 * Longest-pack-first on the histogram of lengths (LPFHP of Krell et al.'s
 * implementation): as many packs as best-fit-decreasing, but of equally full ones the
 * last is taken first.
 */
export const longestPackFirst: Packer<typeof options> = {
	...facts,
	meaning:
		"LPFHP, on the histogram of lengths: from the longest to the shortest, each into the fullest row that has room for it",
	pack: (lengths, capacity, { maxSequences }) =>
		packByHistogram(lengths, capacity, "fullest", maxSequences),
};

function packByHistogram(
	lengths: Int32Array,
	capacity: number,
	choice: Choice,
	maxSequences: number | undefined,
): Packing {
	const counts = countLengths(lengths, capacity);
	const plan = planHistogram(counts, choice, maxSequences);
	return fillPlan(plan, lengths, capacity);
}

/**
 * Gives the sequences the places that a plan has for their lengths: those of one
 * length in their order, the longest first in each pack.
 */
function fillPlan(
	plan: HistogramPlan,
	lengths: Int32Array,
	capacity: number,
): Packing {
	const next = startsByLength(lengths, capacity);
	const sorted = longestFirst(lengths, capacity, next);
	const order = new Int32Array(lengths.length);
	const packOffsets = new Int32Array(plan.packs + 1);
	const pattern: number[] = [];
	let pack = 0;
	let at = 0;
	for (let group = 0; group < plan.nodeOf.length; group++) {
		pattern.length = 0;
		for (let node = plan.nodeOf[group]; node !== -1; node = plan.parentOf[node])
			for (let i = 0; i < plan.timesOf[node]; i++)
				pattern.push(plan.lengthOf[node]);
		for (let i = 0; i < plan.packsOf[group]; i++) {
			for (let p = pattern.length - 1; p >= 0; p--)
				order[at++] = sorted[next[pattern[p]]++];
			packOffsets[++pack] = at;
		}
	}
	return { order, packOffsets };
}
