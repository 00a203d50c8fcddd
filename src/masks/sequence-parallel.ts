import { roundUp, sum } from "../core/arithmetic.js";
import { optionName, UsageError } from "../core/errors.js";
import { type NameOf, registry } from "../core/registry.js";

/** A way to cut rows among ranks that share them. */
interface Shares {
	readonly meaning: string;
	/**
	 * Whether each sequence of a row is cut into pieces of equal length, once it is padded to a
	 * multiple; else the row is, with its padding.
	 */
	readonly cutsSequences: boolean;
	/** Pieces of equal length that each rank gets of what is cut. */
	readonly piecesEach: number;
	/** The numbers of the pieces of a rank, of all pieces there are; ascending. */
	pieces(part: number, all: number): number[];
}

const inOrder: Pick<Shares, "piecesEach" | "pieces"> = {
	piecesEach: 1,
	pieces: (part) => [part],
};
const zigzag: Pick<Shares, "piecesEach" | "pieces"> = {
	piecesEach: 2,
	pieces: (part, all) => [part, all - 1 - part],
};

/** Every way to cut rows by name. */
export const sequenceShares = registry("way to cut rows", {
	contiguous: {
		meaning: "the i-th of P parts (DeepSpeed Ulysses)",
		cutsSequences: false,
		...inOrder,
	} as Shares,
	zigzag: {
		meaning:
			"the i-th of 2 P parts and the i-th from the end, so that causal attention over the whole row costs each rank the same (ring attention, Megatron's context parallelism)",
		cutsSequences: false,
		...zigzag,
	} as Shares,
	"document-zigzag": {
		meaning:
			"the i-th of 2 P parts of each sequence and the i-th from its end, so that causal attention within sequences costs each rank the same (Transformer Engine's THD format)",
		cutsSequences: true,
		...zigzag,
	} as Shares,
	"document-contiguous": {
		meaning: "the i-th of P parts of each sequence, which is padded for that",
		cutsSequences: true,
		...inOrder,
	} as Shares,
});
export type SequenceShares = NameOf<typeof sequenceShares>;

/** How ranks share rows. */
export interface Sharing {
	readonly shares: SequenceShares;
	/** Ranks that share a row. */
	readonly parts: number;
	/** What sequences are padded to a multiple of, where they are cut; left out: the least that can be cut. */
	readonly multiple?: number | undefined;
}

/** What rows, or their sequences, must be a multiple of, to be cut. */
export function shareMultiple(parts: number, shares: SequenceShares): number {
	return parts * sequenceShares.find(shares).piecesEach;
}

/**
 * What each sequence is padded to a multiple of before it is cut; 1 where rows are cut.
 * @throws UsageError `bad-option` where it cannot be cut then.
 */
export function sequenceMultiple({ shares, parts, multiple }: Sharing): number {
	if (!sequenceShares.find(shares).cutsSequences) return 1;
	const pieces = shareMultiple(parts, shares);
	if (multiple !== undefined && (multiple < 1 || multiple % pieces !== 0))
		throw new UsageError(
			"bad-option",
			`sequences that are padded to a multiple of ${multiple} (${optionName("sequenceMultiple")}) cannot be cut into ${pieces} equal parts, as ${shares} shares of ${parts} ranks need: give a multiple of ${pieces}.`,
		);
	return multiple ?? pieces;
}

/** Tokens of the sequences of a row as they are cut: with padding after each, where sequences are. */
export function sharedLengths(
	seqLengths: Int32Array,
	sharing: Sharing,
): Int32Array {
	const multiple = sequenceMultiple(sharing);
	return seqLengths.map((length) => roundUp(length, multiple));
}

/**
 * The spans of a row that are a rank's, each from and to a token, in ascending order.
 * @param seqLengths Tokens of each sequence, without padding.
 * @param rowLength Tokens of the row as it is cut: its sequences, padded where they are cut,
 * and padding at the end, which is cut as one more sequence. Default: without that.
 * @param part Which of the ranks that share the row, from 0.
 * @throws UsageError `bad-option` where it cannot be cut so.
 */
export function shareSpans(
	seqLengths: Int32Array,
	sharing: Sharing,
	part: number,
	rowLength?: number,
): [number, number][] {
	const { shares, parts } = sharing;
	const lengths = sharedLengths(seqLengths, sharing);
	const used = sum(lengths);
	const length = rowLength ?? used;
	if (!sequenceShares.find(shares).cutsSequences)
		return shareOfRow(length, parts, part, shares);
	const spans: [number, number][] = [];
	let at = 0;
	for (const own of length > used ? [...lengths, length - used] : lengths) {
		for (const [from, to] of shareOfRow(own, parts, part, shares))
			spans.push([at + from, at + to]);
		at += own;
	}
	return spans;
}

/** The values of some parts of a row, one after the other. */
export function cutRow(
	row: ArrayLike<number>,
	spans: readonly (readonly [number, number])[],
): Float64Array {
	const length = spans.reduce((sum, [from, to]) => sum + to - from, 0);
	const share = new Float64Array(length);
	let at = 0;
	for (const [from, to] of spans)
		for (let i = from; i < to; i++) share[at++] = row[i];
	return share;
}

/**
 * The parts of a row, or of one sequence, that are a rank's, each from and to a token.
 * @param length Tokens of it, with padding.
 * @throws UsageError `bad-option` when they cannot be cut so.
 */
export function shareOfRow(
	length: number,
	parts: number,
	part: number,
	shares: SequenceShares,
): [number, number][] {
	const pieces = shareMultiple(parts, shares);
	if (length % pieces !== 0)
		throw new UsageError(
			"bad-option",
			`rows of ${length} tokens cannot be cut into ${pieces} equal parts, as ${shares} shares of ${parts} ranks need (${optionName("sequenceParallel")}): give a number of ranks that ${pieces === parts ? "divides" : `divides, times ${pieces / parts},`} the row.`,
		);
	const size = length / pieces;
	return sequenceShares
		.find(shares)
		.pieces(part, pieces)
		.map((piece) => [piece * size, (piece + 1) * size]);
}
