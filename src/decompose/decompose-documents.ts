import type { IntLists } from "../core/int-lists.js";
import type { Given, OptionTable, OptionValues } from "../core/option.js";
import { createRandom, type Random } from "../core/random.js";
import { checkOption } from "../core/resolve-options.js";
import { bucketOf } from "./buckets.js";
import { type CutOptions, cuts } from "./cuts.js";
import { type Decomposer, resolveDecomposer } from "./decomposer.js";
import {
	type DroppedTokens,
	droppedTokens,
	repeatedTokens,
} from "./dropped.js";
import { minSequence } from "./options.js";
import { type Pieces, piecesFrom } from "./pieces.js";
import { withRemainders } from "./remainders.js";

/** The name of a cut, and its options. */
export type DecomposeOptions = CutOptions & {
	/** Sequences of fewer tokens are left out; default 1. */
	readonly minSequence?: number | undefined;
};

/** Rows of one length. */
export interface Bucket {
	/** Tokens of its full sequences, but for those that `plusOne` adds. */
	length: number;
	/** Tokens that a row can hold. */
	capacity: number;
}

/** What becomes of documents. */
export interface Sequences {
	/** The sequences, in the order of documents and starts. */
	pieces: Pieces;
	/** The bucket of each sequence: its place in `bucketsOf`. */
	buckets: Int32Array;
	dropped: DroppedTokens;
	/** Tokens of sequences that are in the one before as well. */
	repeatedTokens: number;
	/** Units of documents that have more tokens than a sequence may, and are cut within. */
	longUnits: number;
}

/**
 * Makes sequences of documents, each for one bucket, on lengths alone.
 * @param lengths Tokens of each document; 0 gives no sequence.
 * @param random For cuts that draw lengths.
 * @param cuts The tokens that each document may be cut before; null: any.
 * @param capacities Tokens that rows of each bucket hold, where they are not those of `bucketsOf`.
 * @throws UsageError for options that cannot be; LongDocumentError by the cut `error`
 */
export function decomposeDocuments(
	lengths: Int32Array,
	options: DecomposeOptions,
	random: Random = createRandom(0),
	cuts: IntLists | null = null,
	capacities: readonly number[] = bucketsOf(options).map(
		({ capacity }) => capacity,
	),
): Sequences {
	const { cut, values } = resolved(options);
	checkOption("minSequence", minSequence, options.minSequence ?? 1);
	const { remainder = "drop" } = values;
	const full = cut.cut(lengths, values, random, cuts);
	const all = remainder === "drop" ? full : withRemainders(lengths, full);
	const pieces = piecesFrom(all, options.minSequence ?? 1);
	return {
		pieces,
		buckets: pieces.length.map((length) => bucketOf(length, capacities)),
		dropped: droppedTokens(lengths, all, pieces, cut),
		repeatedTokens: repeatedTokens(pieces),
		longUnits: cut.longUnits?.(lengths, values, cuts) ?? 0,
	};
}

/** The buckets that a cut's sequences are for, the shortest first. @throws UsageError */
export function bucketsOf(options: DecomposeOptions): Bucket[] {
	const { cut, values } = resolved(options);
	const extra = cut.extraTokens?.(values) ?? 0;
	return cut
		.lengths(values)
		.map((length) => ({ length, capacity: length + extra }));
}

/** Tokens of the longest sequence that there may be. @throws UsageError */
export function longestSequence(options: DecomposeOptions): number {
	const { cut, values } = resolved(options);
	const longest = Math.max(
		...bucketsOf(options).map(({ capacity }) => capacity),
	);
	return Math.min(longest, cut.longestPiece?.(values) ?? longest);
}

/** Whether every sequence fills its row. @throws UsageError */
export function sequencesFillRows(options: DecomposeOptions): boolean {
	const { cut, values } = resolved(options);
	return cut.fillsRows && (values.remainder ?? "drop") === "drop";
}

/**
 * Where sequences begin, for who checks them in the order of their starts: a function
 * from the tokens of the document that those before cover, and the sequence's own.
 * @throws UsageError
 */
export function startRule(
	options: DecomposeOptions,
): (covered: number, length: number) => number {
	const { cut, values } = resolved(options);
	return (covered, length) =>
		cut.nextStart?.(covered, length, values) ?? covered;
}

/** Whether a sequence may begin anywhere in the one before. @throws UsageError */
export function mayRepeat(options: DecomposeOptions): boolean {
	const { cut, values } = resolved(options);
	return cut.mayRepeat?.(values) ?? false;
}

/** Tokens at the end of each sequence of a document but the last that are those at its end. @throws UsageError */
export function carriedTokens(options: DecomposeOptions): number {
	const { cut, values } = resolved(options);
	return cut.carriedTokens?.(values) ?? 0;
}

/** Whether tokens before or between the sequences of a document may be in none. @throws UsageError */
export function leavesGaps(options: DecomposeOptions): boolean {
	return resolved(options).cut.leavesGaps === true;
}

function resolved({ name, minSequence: _, ...given }: DecomposeOptions): {
	cut: Decomposer;
	values: OptionValues;
} {
	const cut = cuts.find(name);
	return { cut, values: resolveDecomposer(cut, given as Given<OptionTable>) };
}
