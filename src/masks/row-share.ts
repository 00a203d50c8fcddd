import { roundUp, sum } from "../core/arithmetic.js";
import {
	cutRow,
	type Sharing,
	sequenceShares,
	sharedLengths,
	shareMultiple,
	shareSpans,
} from "./sequence-parallel.js";

/**
 * What a column has for tokens that a sequence is padded with: the same number in all, what it has for
 * the sequence's last token, or numbers that count on from that.
 */
export type SequencePadding = number | "repeated" | "counted";

/** How one rank shares the rows of a batch. */
export interface BatchShare extends Sharing {
	/** Which of the ranks that share a row, from 0. */
	readonly part: number;
	/** Tokens of a row that are given, from its beginning: those beyond are labels alone. */
	readonly most: number;
	/** Tokens of each row as it is cut, with padding. */
	readonly width: number;
}

/** What a rank is given of a row. */
export interface RowShare {
	/** Tokens of the row that columns are made of, with padding at its end. */
	readonly rowLength: number;
	/** Tokens of its sequences that are given to one rank or another. */
	readonly seqLengths: Int32Array;
	/** Padding at the end of the row that is cut. */
	readonly padding: number;
	/** The rank's share of a column with a value for each of `rowLength` tokens. */
	cut(values: ArrayLike<number>, padding: SequencePadding): Float64Array;
}

/** Tokens of the rows of a batch as they are cut: where sequences are, as many as the longest has once they are padded. */
export function sharedWidth(
	rows: readonly Int32Array[],
	most: number,
	sharing: Sharing,
): number {
	const { shares, parts } = sharing;
	if (!sequenceShares.find(shares).cutsSequences)
		return roundUp(most, shareMultiple(parts, shares));
	let width = 0;
	for (const lengths of rows)
		width = Math.max(width, sum(sharedLengths(clip(lengths, most), sharing)));
	return width;
}

/**
 * @param seqLengths Tokens of the row's sequences, without padding.
 * @throws UsageError `bad-option` where the row cannot be cut so.
 */
export function rowShare(seqLengths: Int32Array, share: BatchShare): RowShare {
	const { most, width, part } = share;
	const given = clip(seqLengths, most);
	const lengths = sharedLengths(given, share);
	const spans = shareSpans(given, share, part, width);
	const used = sum(seqLengths);
	const padding = width - sum(lengths);
	const isPadded = sequenceShares.find(share.shares).cutsSequences;
	return {
		rowLength: isPadded ? used + padding : Math.max(used, width),
		seqLengths: given,
		padding,
		cut: (values, padding) =>
			cutRow(
				isPadded
					? padSequences(values, given, lengths, width, used, padding)
					: values,
				spans,
			),
	};
}

/** The first `most` tokens of sequences. */
function clip(seqLengths: Int32Array, most: number): Int32Array {
	let left = most;
	let count = 0;
	const clipped = seqLengths.map((length) => {
		const given = Math.min(length, left);
		left -= given;
		if (given > 0) count++;
		return given;
	});
	return clipped.subarray(0, count);
}

/** Values of a row with padding after each sequence. What follows at `used` is padding at the row's end. */
function padSequences(
	values: ArrayLike<number>,
	seqLengths: Int32Array,
	paddedLengths: Int32Array,
	width: number,
	used: number,
	padding: SequencePadding,
): Float64Array {
	const padded = new Float64Array(width);
	let from = 0;
	let at = 0;
	for (const [i, length] of seqLengths.entries()) {
		const end = at + paddedLengths[i];
		for (let k = 0; k < length; k++) padded[at++] = values[from++];
		const last = values[from - 1];
		if (padding === "counted")
			for (let k = 1; at < end; k++) padded[at++] = last + k;
		else padded.fill(padding === "repeated" ? last : padding, at, end);
		at = end;
	}
	for (let k = used; at < width; k++) padded[at++] = values[k];
	return padded;
}
