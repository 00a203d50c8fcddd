import { greatestCommonDivisor, roundUp, sum } from "../core/arithmetic.js";
import { UsageError } from "../core/errors.js";
import { usedTokens } from "./row.js";

/** Borders of a row's segments, as variable-length attention kernels take them. */
export interface CuSeqlens {
	/** 0, then where each segment ends; strictly ascending. */
	cuSeqlens: Int32Array;
	/** Tokens of the longest segment. */
	maxSeqlen: number;
}

/**
 * Borders of the sequences of a row; padding, if there is any, is a segment of
 * its own at the end, so that the borders reach to the end of the row. No
 * segment is empty.
 * @param rowLength Tokens of the row with padding; default without.
 * @throws DataError `bad-row`
 */
export function cuSeqlens(
	seqLengths: Int32Array,
	rowLength?: number,
): CuSeqlens {
	const used = usedTokens(seqLengths, rowLength);
	const padding = (rowLength ?? used) - used;
	return bordersOf(padding > 0 ? [...seqLengths, padding] : seqLengths);
}

/** Borders with and without what rounds each sequence up to a multiple. */
export interface PaddedCuSeqlens extends CuSeqlens {
	/** Where each sequence ends once all are padded to the multiple. */
	cuSeqlensPadded: Int32Array;
	maxSeqlenPadded: number;
	/** Tokens that are added. */
	alignmentTokens: number;
}

/**
 * Borders of sequences that are each padded to a multiple (context parallelism
 * cuts every sequence into 2 CP parts): the real lengths, and the padded ones.
 * @param rowLength Tokens of the row with padding at its end, which is a segment of its own in both; default without.
 * @throws DataError `bad-row`; UsageError `bad-option`
 */
export function paddedCuSeqlens(
	seqLengths: Int32Array,
	multiple: number,
	rowLength?: number,
): PaddedCuSeqlens {
	requireWhole(multiple, "sequences cannot be padded to a multiple of");
	const used = usedTokens(seqLengths, rowLength);
	const roomy = seqLengths.map((length) => roundUp(length, multiple));
	const padding = (rowLength ?? used) - used;
	const padded = cuSeqlens(roomy, sum(roomy) + padding);
	return {
		...cuSeqlens(seqLengths, rowLength),
		cuSeqlensPadded: padded.cuSeqlens,
		maxSeqlenPadded: padded.maxSeqlen,
		alignmentTokens: padded.cuSeqlens[seqLengths.length] - used,
	};
}

/**
 * The multiple that sequences are padded to: of 2 CP with context parallelism over
 * CP ranks, and of CP TP with sequence parallelism over TP.
 * @throws UsageError `bad-option`
 */
export function alignmentOf({
	contextParallel = 1,
	tensorParallel = 1,
}: {
	contextParallel?: number;
	tensorParallel?: number;
}): number {
	requireWhole(contextParallel, "the context-parallel size cannot be");
	requireWhole(tensorParallel, "the tensor-parallel size cannot be");
	const context = contextParallel > 1 ? 2 * contextParallel : 1;
	const sequence = tensorParallel > 1 ? contextParallel * tensorParallel : 1;
	return (context * sequence) / greatestCommonDivisor(context, sequence);
}

function requireWhole(number: number, what: string): void {
	if (!Number.isInteger(number) || number < 1)
		throw new UsageError(
			"bad-option",
			`${what} ${number}: give a whole number of at least 1.`,
		);
}

function bordersOf(lengths: ArrayLike<number>): CuSeqlens {
	const borders = new Int32Array(lengths.length + 1);
	let maxSeqlen = 0;
	for (let i = 0; i < lengths.length; i++) {
		borders[i + 1] = borders[i] + lengths[i];
		maxSeqlen = Math.max(maxSeqlen, lengths[i]);
	}
	return { cuSeqlens: borders, maxSeqlen };
}
