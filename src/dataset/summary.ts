import { planHistogram } from "../pack/histogram-plan.js";
import { lowerBoundOfCounts } from "../pack/lower-bound.js";
import type { BucketSettings, Settings } from "./settings.js";
import type { Totals } from "./totals.js";

export interface Summary {
	/** Tokens in rows over tokens that the rows could hold. */
	fill: number;
	/** What trainers add to the rows: up to the whole row, or to the multiple. */
	padding: number;
	sequencesPerRow: number;
	/** No packing of these sequences needs fewer rows: see `lowerBound`; null in buckets. */
	lowerBoundRows: number | null;
	/** Rows over that bound, less 1: no packing could save more than this share. */
	gap: number | null;
	/**
	 * Rows of best-fit-decreasing over all sequences at once, and what packing
	 * by windows costs over it; null with a limit on the sequences of a row.
	 */
	rowsAtOnce: number | null;
	windowLoss: number | null;
	/** Of the order `balanced`: the largest cost of a step's rows over their mean, averaged. */
	imbalance: number | null;
	/** The share of a full shuffle's randomness, in bits, that the order keeps. */
	randomnessKept: number | null;
	/** Of the layout `buckets`. */
	buckets: BucketsSummary | null;
}

/** Of all sequences: tokens of one, and, over their tokens, how many came before in the sequence. */
export interface SequenceAverages {
	averageLength: number;
	averageContext: number;
}

export interface BucketsSummary extends SequenceAverages {
	/**
	 * What attention costs, as the sum of squares of the sequences' lengths, over
	 * what it costs when the same tokens are concatenated and chunked at the longest
	 * bucket's length, without masks.
	 */
	attention: number;
	/** The shortest bucket first. */
	buckets: (SequenceAverages & {
		length: number;
		rows: number;
		sequences: number;
		tokens: number;
		/** Of all tokens in rows. */
		share: number;
	})[];
}

/**
 * @param counts counts[l] sequences that take the room of l tokens, l in 0..seqLen;
 * not looked at for buckets.
 */
export function summarize(
	totals: Totals,
	settings: Settings,
	counts: Float64Array,
): Summary {
	const { rows, rowTokens, paddedTokens, balance } = totals;
	const full =
		settings.buckets === null ? rows * settings.seqLen : paddedTokens;
	return {
		fill: rows === 0 ? 0 : rowTokens / full,
		padding: paddedTokens - rowTokens,
		sequencesPerRow: rows === 0 ? 0 : totals.sequences / rows,
		...(settings.buckets === null
			? packingSummary(rows, settings, counts)
			: {
					lowerBoundRows: null,
					gap: null,
					rowsAtOnce: null,
					windowLoss: null,
				}),
		imbalance: balance.steps === 0 ? null : balance.imbalance / balance.steps,
		randomnessKept: balance.bits === 0 ? null : balance.bitsKept / balance.bits,
		buckets: settings.buckets && bucketsSummary(totals, settings.buckets),
	};
}

function packingSummary(
	rows: number,
	{ maxSequences }: Settings,
	counts: Float64Array,
) {
	const lowerBoundRows = lowerBoundOfCounts(counts, {
		maxSequences: maxSequences ?? undefined,
	});
	const rowsAtOnce =
		maxSequences === null ? planHistogram(counts, "fullest").packs : null;
	return {
		lowerBoundRows,
		gap: rows === 0 ? 0 : rows / lowerBoundRows - 1,
		rowsAtOnce,
		windowLoss: rowsAtOnce ? rows / rowsAtOnce - 1 : null,
	};
}

function bucketsSummary(
	totals: Totals,
	{ buckets }: BucketSettings,
): BucketsSummary {
	const found = buckets.map(({ length }) => ({
		length,
		...(totals.buckets[length] ?? {
			rows: 0,
			sequences: 0,
			tokens: 0,
			context: 0,
		}),
	}));
	const context = sum(found.map((bucket) => bucket.context));
	const tokens = sum(found.map((bucket) => bucket.tokens));
	const longest = buckets[buckets.length - 1].length;
	return {
		...averages(totals.sequences, tokens, context),
		// Tokens before each, twice, and itself: squares of the lengths.
		attention: tokens === 0 ? 0 : (2 * context + tokens) / (tokens * longest),
		buckets: found.map(({ context, ...bucket }) => ({
			...bucket,
			share: tokens === 0 ? 0 : bucket.tokens / tokens,
			...averages(bucket.sequences, bucket.tokens, context),
		})),
	};
}

function averages(
	sequences: number,
	tokens: number,
	context: number,
): SequenceAverages {
	return {
		averageLength: sequences === 0 ? 0 : tokens / sequences,
		averageContext: tokens === 0 ? 0 : context / tokens,
	};
}

function sum(numbers: number[]): number {
	return numbers.reduce((total, n) => total + n, 0);
}
