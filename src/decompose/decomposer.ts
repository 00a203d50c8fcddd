import type { IntLists } from "../core/int-lists.js";
import type { Given, OptionTable, Resolved } from "../core/option.js";
import type { Random } from "../core/random.js";
import { resolveOptions } from "../core/resolve-options.js";
import type { Pieces } from "./pieces.js";

/** A way to cut documents into sequences, on lengths alone, and what is true of it. */
export interface Decomposer<O extends OptionTable = OptionTable> {
	/** One line, for help and docs. */
	readonly meaning: string;
	/** The options that it has of its own. */
	readonly options: O;
	/** Whether every piece fills its row. */
	readonly fillsRows: boolean;
	/**
	 * Why tokens are in no piece: of a document that has pieces, and of one that has
	 * none. Null where every token is in a piece.
	 */
	readonly dropReasons: { readonly some: string; readonly none: string } | null;
	/**
	 * Checks what the table of options cannot say.
	 * @throws UsageError `bad-option`, `ignored-option`
	 */
	check?(options: Resolved<O>): void;
	/** Lengths of the buckets that the pieces are for, in tokens, ascending. */
	lengths(options: Resolved<O>): number[];
	/** Tokens of the longest piece, where rows hold more. */
	longestPiece?(options: Resolved<O>): number;
	/** Tokens that a row holds beyond the length of its bucket; none without it. */
	extraTokens?(options: Resolved<O>): number;
	/** Whether tokens before or between the pieces of a document may be in none. */
	readonly leavesGaps?: boolean;
	/** Whether several pieces of a document may be in one row. */
	readonly mayShareRows?: boolean;
	/** Whether a piece may begin anywhere in the one before. */
	mayRepeat?(options: Resolved<O>): boolean;
	/** Tokens at the end of each piece of a document but the last that are those at its end. */
	carriedTokens?(options: Resolved<O>): number;
	/** Whether it keeps the end of documents, and not their beginning. */
	readonly keepsLast?: boolean;
	/**
	 * @param lengths Tokens of each document.
	 * @param cuts The tokens that each document may be cut before; null: any.
	 * @throws DataError for documents that cannot be cut
	 */
	cut(
		lengths: Int32Array,
		options: Resolved<O>,
		random: Random,
		cuts: IntLists | null,
	): Pieces;
	/** Units that have more tokens than a sequence may, and are cut within. */
	longUnits?(
		lengths: Int32Array,
		options: Resolved<O>,
		cuts: IntLists | null,
	): number;
	/**
	 * Where a sequence of `length` tokens begins whose document is in sequences up to
	 * its token `covered`; there without it.
	 */
	nextStart?(covered: number, length: number, options: Resolved<O>): number;
}

/** @throws UsageError for options that cannot be, as `resolveOptions` does, and the decomposer. */
export function resolveDecomposer<O extends OptionTable>(
	decomposer: Decomposer<O>,
	given: Given<O>,
): Resolved<O> {
	const options = resolveOptions(decomposer.options, given);
	decomposer.check?.(options);
	return options;
}
