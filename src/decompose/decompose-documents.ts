import { UsageError } from "../core/errors.js";
import type { Random } from "../core/random.js";
import { bucketLengths } from "./buckets.js";
import { remainders } from "./cut.js";
import type { DecomposeOptions } from "./decompose-options.js";
import { findDecomposer } from "./decomposers.js";
import { allocatePieces, type Pieces } from "./pieces.js";
import { bucketOf } from "./whole.js";

/** What becomes of tokens that a decomposer leaves: dropped, a row of their own, or rows that they share. */
export const remainderRules = ["drop", "keep", "pack"] as const;
export type RemainderRule = (typeof remainderRules)[number];

export interface DecomposeDocumentsOptions extends DecomposeOptions {
	/** A name from `decomposers`. */
	decomposer: string;
	/** Default `drop`. */
	remainder?: RemainderRule | undefined;
}

/** Lengths of the buckets that a decomposer fills, ascending. @throws UsageError `bad-buckets` */
export function bucketsOf(options: DecomposeDocumentsOptions): number[] {
	return options.decomposer === "fixed"
		? [options.maxLength]
		: bucketLengths(options);
}

/**
 * Makes sequences of documents, each for one bucket, on lengths alone.
 * @param lengths Tokens of each document.
 * @returns The sequences, in the order of documents and starts, and the bucket of
 * each, as its place in `bucketsOf`. Tokens in none of them are dropped.
 */
export function decomposeDocuments(
	lengths: Int32Array,
	options: DecomposeDocumentsOptions,
	random: Random,
): { pieces: Pieces; buckets: Int32Array } {
	checkDecomposeOptions(options);
	const { decomposer, remainder = "drop", plusOne = false } = options;
	const cut = findDecomposer(decomposer)(lengths, options, random);
	const pieces =
		remainder === "drop" ? cut : merged(cut, remainders(lengths, cut));
	const rows = bucketsOf(options).map((length) => length + Number(plusOne));
	const buckets = pieces.length.map((length) => bucketOf(length, rows));
	return { pieces, buckets };
}

/** Two lists of pieces as one, in the order of documents; in each the first list's come first. */
function merged(first: Pieces, second: Pieces): Pieces {
	const all = allocatePieces(first.length.length + second.length.length);
	let a = 0;
	let b = 0;
	for (let i = 0; i < all.length.length; i++) {
		const takesFirst =
			b === second.length.length || first.document[a] <= second.document[b];
		const [from, at] = takesFirst ? [first, a++] : [second, b++];
		all.document[i] = from.document[at];
		all.start[i] = from.start[at];
		all.length[i] = from.length[at];
	}
	return all;
}

/** @throws UsageError for options that cannot be, or that do not go together. */
export function checkDecomposeOptions(
	options: DecomposeDocumentsOptions,
): void {
	const { decomposer, buckets, plusOne, overlap } = options;
	const decompose = findDecomposer(decomposer);
	const isBinary = decomposer.startsWith("binary");
	const only = (isGiven: boolean, flag: string, allowed: string) => {
		if (isGiven)
			throw new UsageError(
				"bad-option",
				`${flag} is for the decomposer ${allowed}, and the decomposer is ${decomposer}: leave it out.`,
			);
	};
	only(
		buckets !== undefined && (isBinary || decomposer === "fixed"),
		"buckets (--buckets)",
		"nearest or whole",
	);
	only(
		plusOne === true && !isBinary,
		"plusOne (--plus-one)",
		"binary or binary-random",
	);
	only(
		overlap !== undefined && overlap !== 0 && decomposer !== "fixed",
		"overlap (--overlap)",
		"fixed",
	);
	bucketsOf(options);
	decompose(new Int32Array(0), options, () => 0);
}
