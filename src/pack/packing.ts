import { DataError, UsageError } from "../core/errors.js";

/** Packers keep a table with an entry for each fill level; this bounds it. */
export const LARGEST_CAPACITY = 2 ** 26;

/**
 * Which sequences share a row: pack p holds the sequences
 * `order[packOffsets[p] .. packOffsets[p + 1])`, in that order.
 */
export interface Packing {
	/** Indices of sequences, grouped by pack; each sequence once. */
	order: Int32Array;
	/** Borders of the packs in `order`: one more than there are packs. */
	packOffsets: Int32Array;
}

/**
 * Puts sequences into packs of at most `capacity` tokens.
 * @param lengths Tokens of each sequence, each in 1..capacity.
 * @param capacity Tokens that a pack can hold.
 */
export type Packer = (lengths: Int32Array, capacity: number) => Packing;

/**
 * Checks what every packer asks of its arguments.
 * @throws UsageError `bad-capacity` when the capacity is no positive integer.
 * @throws DataError `bad-sequence-length` when a sequence is empty or does not fit.
 */
export function checkLengths(lengths: Int32Array, capacity: number): void {
	if (
		!Number.isInteger(capacity) ||
		capacity < 1 ||
		capacity > LARGEST_CAPACITY
	)
		throw new UsageError(
			"bad-capacity",
			`a pack cannot hold ${capacity} tokens: give a whole number from 1 to ${LARGEST_CAPACITY}.`,
		);
	for (let i = 0; i < lengths.length; i++) {
		const length = lengths[i];
		if (length < 1 || length > capacity)
			throw new DataError(
				"bad-sequence-length",
				`sequence ${i} has ${length} tokens; a sequence must have from 1 to ${capacity}, which is what a pack holds.`,
			);
	}
}
