import type { OptionTable, Resolved } from "../core/option.js";
import type { Random } from "../core/random.js";

/** A way to order rows, and what is true of it. */
export interface RowOrder<O extends OptionTable = OptionTable> {
	/** One line, for help and docs. */
	readonly meaning: string;
	/** The options that it has of its own. */
	readonly options: O;
	/** @param costs Cost of each row. */
	order(costs: Float64Array, options: Resolved<O>, random: Random): OrderedRows;
}

export interface OrderedRows {
	/** Each row once. */
	rows: Int32Array;
	steps: StepCounts;
}

/** What is known of the steps that an order makes; all 0 where it makes none. */
export interface StepCounts {
	/** Whole steps, and the sum of their imbalance: the largest cost over the mean. */
	steps: number;
	imbalance: number;
	/** The bits of a shuffle of all rows, and how many of them the order keeps. */
	bits: number;
	bitsKept: number;
}
