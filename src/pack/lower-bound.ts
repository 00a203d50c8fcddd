import type { Given } from "../core/option.js";
import { resolveOptions } from "../core/resolve-options.js";
import { maxSequences } from "./options.js";
import { checkLengths } from "./packing.js";
import { countLengths } from "./sequence-orders.js";

const limit = { maxSequences };

/**
 * The fewest packs that could hold these sequences: no packing needs fewer
 * than the largest of three bounds.
 *
 * - Their tokens, divided by the capacity.
 * - L2 of S. Martello and P. Toth, "Lower bounds and reduction procedures for the
 *   bin packing problem" (1990): for every k up to half the capacity, sequences
 *   longer than capacity - k take a pack each and leave no room for one of k tokens;
 *   those longer than half take a pack each; what of the others, from k tokens on,
 *   does not fit beside the latter takes packs more.
 * - Sequences, divided by the most that a pack may hold.
 *
 * @throws as the packers do.
 */
export function lowerBound(
	lengths: Int32Array,
	capacity: number,
	options: Given<typeof limit> = {},
): number {
	checkLengths(lengths, capacity);
	return lowerBoundOfCounts(countLengths(lengths, capacity), options);
}

/**
 * `lowerBound` from how many sequences there are of each length: counts[l] of l
 * tokens, for l in 0..capacity. Time and memory O(capacity).
 */
export function lowerBoundOfCounts(
	counts: Float64Array,
	options: Given<typeof limit> = {},
): number {
	const { maxSequences = Number.POSITIVE_INFINITY } = resolveOptions(
		limit,
		options,
	);
	const capacity = counts.length - 1;
	const half = Math.floor(capacity / 2);
	let sequences = 0;
	let tokens = 0;
	for (let length = 1; length <= capacity; length++) {
		sequences += counts[length];
		tokens += counts[length] * length;
	}
	let most = Math.max(
		Math.ceil(tokens / capacity),
		Math.ceil(sequences / maxSequences),
	);
	/** Over half: their number, and the tokens of those up to capacity - k. */
	let large = 0;
	let largeTokens = 0;
	/** Up to capacity - k and over half. */
	let middle = 0;
	for (let length = half + 1; length <= capacity; length++) {
		large += counts[length];
		middle += counts[length];
		largeTokens += counts[length] * length;
	}
	let smallTokens = 0;
	for (let length = 1; length <= half; length++)
		smallTokens += counts[length] * length;
	for (let k = 1; k <= half; k++) {
		// From k - 1 to k: sequences of capacity - k + 1 leave no room for one of k.
		const gone = capacity - k + 1;
		if (gone > half) {
			middle -= counts[gone];
			largeTokens -= counts[gone] * gone;
		}
		if (k > 1) smallTokens -= counts[k - 1] * (k - 1);
		const room = middle * capacity - largeTokens;
		const beside = Math.max(0, Math.ceil((smallTokens - room) / capacity));
		if (large + beside > most) most = large + beside;
	}
	return most;
}
