import { UsageError } from "../core/errors.js";

/**
 * How a row is cut among ranks that share it: `contiguous`, the i-th of P parts
 * (DeepSpeed Ulysses); `zigzag`, the i-th of 2 P parts and the i-th from the end, so
 * that causal attention costs each the same (ring attention, Megatron's context
 * parallelism).
 */
export const sequenceShares = ["contiguous", "zigzag"] as const;
export type SequenceShares = (typeof sequenceShares)[number];

/** What rows must be a multiple of, to be cut. */
export function shareMultiple(parts: number, shares: SequenceShares): number {
	return shares === "zigzag" ? 2 * parts : parts;
}

/** The values of some parts of a row, one after the other. */
export function cutRow(
	row: ArrayLike<number>,
	spans: readonly (readonly [number, number])[],
): Int32Array {
	const length = spans.reduce((sum, [from, to]) => sum + to - from, 0);
	const share = new Int32Array(length);
	let at = 0;
	for (const [from, to] of spans)
		for (let i = from; i < to; i++) share[at++] = row[i];
	return share;
}

/**
 * The parts of a row that are a rank's, each from and to a token.
 * @param length Tokens of the row, with padding.
 * @throws UsageError `bad-sequence-parallel` when they cannot be cut so.
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
			"bad-sequence-parallel",
			`rows of ${length} tokens cannot be cut into ${pieces} equal parts, as ${parts} ${shares} shares take (--sequence-parallel): give a number whose ${shares === "zigzag" ? "double " : ""}divides them.`,
		);
	const size = length / pieces;
	const numbers = shares === "zigzag" ? [part, pieces - 1 - part] : [part];
	return numbers.map((number) => [number * size, (number + 1) * size]);
}
