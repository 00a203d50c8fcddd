import { DataError } from "../core/errors.js";

/** A packed row, as its shard has it: its tokens back to back, without padding. */
export interface TokenRow {
	/** The row's tokens. */
	ids: Int32Array;
	/** Tokens of each sequence in it, in order; they add up to `ids.length`. */
	seqLengths: Int32Array;
	/** 1 for each token that is to be trained on, as the column `loss_mask` has it; left out or null: all are. */
	lossMask?: ArrayLike<number> | null;
	/** The weight of each token's label, as the column `loss_weight` has it; left out where it is not looked at. */
	lossWeights?: Float32Array | null;
	/** The label of the token that follows the row's last, where its document goes on in another row; left out: none. */
	nextLabel?: number;
}

/**
 * Tokens of a row's sequences together.
 * @param rowLength Tokens of the row with padding.
 * @throws DataError `bad-row` when a sequence is empty or they are longer than the row.
 */
export function usedTokens(seqLengths: Int32Array, rowLength?: number): number {
	let used = 0;
	for (let i = 0; i < seqLengths.length; i++) {
		if (seqLengths[i] < 1)
			throw new DataError(
				"bad-row",
				`sequence ${i} of a row has ${seqLengths[i]} tokens; each must have at least 1.`,
			);
		used += seqLengths[i];
	}
	if (rowLength !== undefined && used > rowLength)
		throw new DataError(
			"bad-row",
			`the sequences of a row have ${used} tokens together, and the row only ${rowLength}.`,
		);
	return used;
}

/** @throws DataError `bad-row`, also when tokens and lengths do not agree. */
export function checkRow(
	{ ids, seqLengths }: TokenRow,
	rowLength?: number,
): number {
	const used = usedTokens(seqLengths, rowLength);
	if (used !== ids.length)
		throw new DataError(
			"bad-row",
			`a row has ${ids.length} tokens, but its sequences have ${used} together.`,
		);
	return used;
}
