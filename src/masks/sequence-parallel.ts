import { optionName, UsageError } from "../core/errors.js";
import { type NameOf, registry } from "../core/registry.js";

/** A way to cut rows among ranks that share them. */
interface Shares {
	readonly meaning: string;
	/** Pieces of equal length that each rank gets of a row. */
	readonly piecesEach: number;
	/** The numbers of the pieces of a rank, of all pieces of the row. */
	pieces(part: number, all: number): number[];
}

/** Every way to cut rows by name. */
export const sequenceShares = registry("way to cut rows", {
	contiguous: {
		meaning: "the i-th of P parts (DeepSpeed Ulysses)",
		piecesEach: 1,
		pieces: (part) => [part],
	} as Shares,
	zigzag: {
		meaning:
			"the i-th of 2 P parts and the i-th from the end, so that causal attention costs each rank the same (ring attention, Megatron's context parallelism)",
		piecesEach: 2,
		pieces: (part, all) => [part, all - 1 - part],
	} as Shares,
});
export type SequenceShares = NameOf<typeof sequenceShares>;

/** What rows must be a multiple of, to be cut. */
export function shareMultiple(parts: number, shares: SequenceShares): number {
	return parts * sequenceShares.find(shares).piecesEach;
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
 * The parts of a row that are a rank's, each from and to a token.
 * @param length Tokens of the row, with padding.
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
