import { roundUp } from "../core/arithmetic.js";
import { DataError } from "../core/errors.js";

/** What ranks share: sequences, or rows of several. */
export interface Items {
	/** Tokens of each. */
	readonly tokens: Int32Array;
	/** Of each the sum of L² over its sequences of L tokens. */
	readonly squares: Float64Array;
}

/**
 * Sequences as items.
 * @param multiple What kernels want: lengths count as its next multiple.
 */
export function itemsOfLengths(lengths: Int32Array, multiple = 1): Items {
	const tokens = roundedUp(lengths, multiple);
	return { tokens, squares: Float64Array.from(tokens, (n) => n * n) };
}

export function roundedUp(tokens: Int32Array, multiple: number): Int32Array {
	return multiple === 1 ? tokens : tokens.map((n) => roundUp(n, multiple));
}

/** @throws DataError `no-sequences`, `bad-sequence-length` */
export function checkItems({ tokens, squares }: Items): void {
	if (tokens.length === 0)
		throw new DataError(
			"no-sequences",
			"there is nothing to share out: a step has one sequence at least.",
		);
	if (squares.length !== tokens.length)
		throw new DataError(
			"bad-sequence-length",
			`there are ${tokens.length} numbers of tokens and ${squares.length} of squares: give one of each an item.`,
		);
	for (let i = 0; i < tokens.length; i++)
		if (tokens[i] < 1 || !(squares[i] >= 0 && squares[i] < Infinity))
			throw new DataError(
				"bad-sequence-length",
				`item ${i} has ${tokens[i]} tokens and ${squares[i]} as its sum of squares; it must have one token at least, and a sum from 0.`,
			);
}
