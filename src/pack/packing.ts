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

export interface PackerOptions {
	/** Most sequences in a pack; default any number. */
	maxSequences?: number | undefined;
	/** Of `streaming`: packs that are open at a time; default 64. */
	openPacks?: number | undefined;
}

/**
 * Puts sequences into packs of at most `capacity` tokens.
 * @param lengths Tokens of each sequence, each in 1..capacity.
 * @param capacity Tokens that a pack can hold.
 */
export type Packer = (
	lengths: Int32Array,
	capacity: number,
	options?: PackerOptions,
) => Packing;

/**
 * Checks what every packer asks of its arguments.
 * @returns The most sequences that a pack may hold.
 * @throws UsageError `bad-capacity` when the capacity is no positive integer,
 * `bad-max-sequences` when a limit on sequences is none.
 * @throws DataError `bad-sequence-length` when a sequence is empty or does not fit.
 */
export function checkLengths(
	lengths: Int32Array,
	capacity: number,
	{ maxSequences }: PackerOptions = {},
): number {
	checkCapacity(capacity);
	for (let i = 0; i < lengths.length; i++) {
		const length = lengths[i];
		if (length < 1 || length > capacity)
			throw new DataError(
				"bad-sequence-length",
				`sequence ${i} has ${length} tokens; a sequence must have from 1 to ${capacity}, which is what a pack holds.`,
			);
	}
	return checkMaxSequences(maxSequences);
}

/** @throws UsageError `bad-capacity` */
export function checkCapacity(capacity: number): void {
	if (
		!Number.isInteger(capacity) ||
		capacity < 1 ||
		capacity > LARGEST_CAPACITY
	)
		throw new UsageError(
			"bad-capacity",
			`a pack cannot hold ${capacity} tokens: give a whole number from 1 to ${LARGEST_CAPACITY}.`,
		);
}

/** @throws UsageError `bad-max-sequences` */
export function checkMaxSequences(maxSequences: number | undefined): number {
	if (maxSequences === undefined) return Number.POSITIVE_INFINITY;
	if (!Number.isInteger(maxSequences) || maxSequences < 1)
		throw new UsageError(
			"bad-max-sequences",
			`a pack cannot hold ${maxSequences} sequences: give a whole number of at least 1.`,
		);
	return maxSequences;
}
