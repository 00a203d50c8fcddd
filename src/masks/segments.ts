import { usedTokens } from "./row.js";

// All of these take `seqLengths`, the tokens of a row's sequences, and `rowLength`,
// the tokens of the row with padding (default: without), and throw DataError
// `bad-row` when the two do not go together.

/**
 * Positions that begin at 0 in every sequence. Padding counts on by itself, from
 * 0, as one more segment: where each of its positions is 0, code that takes a 0
 * for a beginning sees thousands of sequences of one token.
 */
export function positionIds(
	seqLengths: Int32Array,
	rowLength?: number,
): Int32Array {
	const used = usedTokens(seqLengths, rowLength);
	const positions = new Int32Array(rowLength ?? used);
	let at = 0;
	for (const length of seqLengths)
		for (let i = 0; i < length; i++) positions[at++] = i;
	for (let i = 0; at < positions.length; i++) positions[at++] = i;
	return positions;
}

/** The number of each token's sequence, from 1; 0 for padding. */
export function segmentIds(
	seqLengths: Int32Array,
	rowLength?: number,
): Int32Array {
	return numbered(seqLengths, rowLength, 1, 0);
}

/**
 * The number of each token's sequence, from 0; padding is one more: Mamba's and
 * linear attention's `seq_idx`.
 */
export function seqIdx(seqLengths: Int32Array, rowLength?: number): Int32Array {
	return numbered(seqLengths, rowLength, 0, seqLengths.length);
}

/**
 * FlexAttention's `document_id`: a number for every position, padding included,
 * so that a mask "same number, and not later" is the block-diagonal causal one.
 */
export function documentIds(
	seqLengths: Int32Array,
	rowLength?: number,
): Int32Array {
	return numbered(seqLengths, rowLength, 0, seqLengths.length);
}

function numbered(
	seqLengths: Int32Array,
	rowLength: number | undefined,
	first: number,
	padding: number,
): Int32Array {
	const used = usedTokens(seqLengths, rowLength);
	const numbers = new Int32Array(rowLength ?? used).fill(padding);
	let at = 0;
	for (let sequence = 0; sequence < seqLengths.length; sequence++) {
		numbers.fill(first + sequence, at, at + seqLengths[sequence]);
		at += seqLengths[sequence];
	}
	return numbers;
}
