import { sum } from "../core/arithmetic.js";
import { Int32Buffer } from "../core/buffers.js";
import { eachOf } from "../storage/when-read.js";
import type { KeptLists } from "./kept-lists.js";
import type { RowFinder } from "./row-finder.js";

/** The rows of a step, as groups of ranks share them. */
export interface StepRows {
	/** Tokens of the sequences: row i has `lengths[offsets[i] .. offsets[i + 1])`. */
	lengths: Int32Array;
	offsets: Int32Array;
	/** Labels of each row. */
	labels: Int32Array;
}

/**
 * Reads the lengths and labels of the rows at some places of a bucket, and no tokens.
 * @param fullLength Tokens of a row that one sequence fills.
 * @throws NotYetRead
 */
export function readStepRows(
	finder: RowFinder,
	kept: KeptLists,
	first: number,
	count: number,
	fullLength: number,
): StepRows {
	const lengths = new Int32Buffer(count);
	const offsets = new Int32Array(count + 1);
	const labels = new Int32Array(count);
	eachOf(count, (i) => {
		const { row, rows } = finder.find(first + i);
		if (rows.isFull) lengths.push(fullLength);
		else {
			const own = kept.read(rows, row, "seq_lengths");
			rows.requireSound(row, own);
			lengths.append(own);
		}
		offsets[i + 1] = lengths.length;
		if (rows.isMasked) {
			labels[i] = sum(kept.read(rows, row, "label_counts"));
			return;
		}
		for (let at = offsets[i]; at < offsets[i + 1]; at++)
			labels[i] += lengths.array[at] - 1;
	});
	return { lengths: lengths.view(), offsets, labels };
}

/**
 * Sequences as rows of one each.
 * @param which Their numbers among those that the lengths and labels are of.
 */
export function rowsOfSequences(
	lengths: Int32Array,
	labels: Int32Array,
	which: Int32Array,
): StepRows {
	return {
		lengths: which.map((sequence) => lengths[sequence]),
		offsets: Int32Array.from({ length: which.length + 1 }, (_, i) => i),
		labels: which.map((sequence) => labels[sequence]),
	};
}

/**
 * Tokens of each row.
 * @param tokensOf Tokens that a sequence takes, given those that it has.
 */
export function rowTokens(
	{ lengths, offsets }: StepRows,
	tokensOf: (length: number) => number,
): Int32Array {
	const tokens = new Int32Array(offsets.length - 1);
	for (let i = 0; i < tokens.length; i++)
		for (let at = offsets[i]; at < offsets[i + 1]; at++)
			tokens[i] += tokensOf(lengths[at]);
	return tokens;
}

/** Of each row the sum of the squared lengths of its sequences. */
export function rowSquares({ lengths, offsets }: StepRows): Float64Array {
	const squares = new Float64Array(offsets.length - 1);
	for (let i = 0; i < squares.length; i++)
		for (let at = offsets[i]; at < offsets[i + 1]; at++)
			squares[i] += lengths[at] * lengths[at];
	return squares;
}
