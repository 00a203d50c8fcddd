import { LARGEST_CAPACITY } from "../core/capacity.js";
import { DataError, UsageError } from "../core/errors.js";

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
 * @throws UsageError `bad-option` when the capacity cannot be one; DataError
 * `bad-sequence-length` when a sequence is empty or does not fit.
 */
export function checkLengths(lengths: Int32Array, capacity: number): void {
	checkCapacity(capacity);
	for (let i = 0; i < lengths.length; i++) {
		const length = lengths[i];
		if (length < 1 || length > capacity)
			throw new DataError(
				"bad-sequence-length",
				`sequence ${i} has ${length} tokens; a sequence must have from 1 to ${capacity}, which is what a pack holds.`,
			);
	}
}

/** @throws UsageError `bad-option` */
export function checkCapacity(capacity: number): void {
	if (
		!Number.isInteger(capacity) ||
		capacity < 1 ||
		capacity > LARGEST_CAPACITY
	)
		throw new UsageError(
			"bad-option",
			`a pack cannot hold ${capacity} tokens: give a whole number from 1 to ${LARGEST_CAPACITY}.`,
		);
}
