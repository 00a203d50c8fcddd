import { ROW_OF_ANY_LENGTH } from "../core/capacity.js";
import { planHistogram } from "../pack/histogram-plan.js";
import { lowerBoundOfCounts } from "../pack/lower-bound.js";
import { bucketKey, type RowGroup } from "./row-groups.js";
import { longestCapacity, type Settings } from "./settings.js";
import {
	allRows,
	emptyRowCounts,
	type RowCounts,
	type Totals,
} from "./totals.js";

/** What the rows of a dataset, or of one of its buckets, come to. */
export interface RowSummary extends Omit<RowCounts, "context"> {
	/** Tokens in rows over tokens that the rows could hold. */
	fill: number;
	/** What trainers add to the rows: up to the whole row, or to the multiple. */
	padding: number;
	sequencesPerRow: number;
	/** Tokens of a sequence; of all tokens, how many came before in the sequence. */
	averageLength: number;
	averageContext: number;
	/** No packing of these sequences needs fewer rows: see `lowerBound`. */
	lowerBoundRows: number;
	/** Rows over that bound, less 1: no packing could save more than this share. */
	gap: number;
	/**
	 * Rows of best-fit-decreasing over all sequences at once, and what packing
	 * by windows costs over it; null with a limit on the sequences of a row.
	 */
	rowsAtOnce: number | null;
	windowLoss: number | null;
}

export interface Summary extends RowSummary {
	/**
	 * What attention costs, as the sum of squares of the sequences' lengths, over
	 * what it costs when the same tokens are concatenated and chunked at the longest
	 * row's length, without masks.
	 */
	attention: number;
	/** Of an order that balances: the largest cost of a step's rows over their mean, averaged. */
	imbalance: number | null;
	/** The share of a full shuffle's randomness, in bits, that the order keeps. */
	randomnessKept: number | null;
	/** As the settings have them; `share` is of all tokens in rows. */
	buckets: (RowSummary & RowGroup & { length: number; share: number })[];
}

/**
 * @param rooms For each bucket, how many sequences take the room of l tokens, l in
 * 0..capacity.
 */
export function summarize(
	totals: Totals,
	settings: Settings,
	rooms: readonly Float64Array[],
): Summary {
	const all = allRows(totals);
	const maxSequences = settings.packer.maxSequences as number | undefined;
	const buckets = settings.buckets.map((bucket, i) => {
		const { split, stratum, length, capacity } = bucket;
		const counts = totals.buckets[bucketKey(bucket)] ?? emptyRowCounts();
		return {
			split,
			...(stratum !== undefined && { stratum }),
			length,
			share: ratio(counts.tokens, all.tokens),
			...(capacity === ROW_OF_ANY_LENGTH
				? rowSummary(counts, counts.tokens, {
						lowerBoundRows: counts.rows,
						rowsAtOnce: null,
					})
				: rowSummary(counts, counts.rows * capacity, {
						lowerBoundRows: lowerBoundOfCounts(rooms[i], { maxSequences }),
						rowsAtOnce:
							maxSequences === undefined
								? planHistogram(rooms[i], "fullest").packs
								: null,
					})),
		};
	});
	const room = buckets.reduce(
		(sum, { rows, tokens }, i) =>
			sum + (rows * settings.buckets[i].capacity || tokens),
		0,
	);
	const isPacked = buckets.some(({ rowsAtOnce }) => rowsAtOnce !== null);
	const { order } = totals;
	return {
		...rowSummary(all, room, {
			lowerBoundRows: buckets.reduce((sum, b) => sum + b.lowerBoundRows, 0),
			rowsAtOnce: isPacked
				? buckets.reduce((sum, b) => sum + (b.rowsAtOnce ?? 0), 0)
				: null,
		}),
		// Tokens before each, twice, and itself: squares of the lengths.
		attention: ratio(
			2 * all.context + all.tokens,
			all.tokens * longestCapacity(settings),
		),
		imbalance: order.steps === 0 ? null : order.imbalance / order.steps,
		randomnessKept: order.bits === 0 ? null : order.bitsKept / order.bits,
		buckets,
	};
}

/** @param room Tokens that the rows could hold. */
function rowSummary(
	{ context, ...counts }: RowCounts,
	room: number,
	{
		lowerBoundRows,
		rowsAtOnce,
	}: Pick<RowSummary, "lowerBoundRows" | "rowsAtOnce">,
): RowSummary {
	const { rows, sequences, tokens } = counts;
	return {
		...counts,
		fill: ratio(tokens, room),
		padding: counts.paddedTokens - tokens,
		sequencesPerRow: ratio(sequences, rows),
		averageLength: ratio(tokens, sequences),
		averageContext: ratio(context, tokens),
		lowerBoundRows,
		gap: rows === 0 ? 0 : rows / lowerBoundRows - 1,
		rowsAtOnce,
		windowLoss: rowsAtOnce ? rows / rowsAtOnce - 1 : null,
	};
}

function ratio(part: number, whole: number): number {
	return whole === 0 ? 0 : part / whole;
}
