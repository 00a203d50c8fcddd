import type { GroupCost } from "./group-cost.js";
import type { Items } from "./items.js";

/** What is to be planned, all of it checked: no item has more tokens than all devices hold. */
export interface Problem {
	readonly items: Items;
	readonly devices: number;
	/** The most devices that a group may have. */
	readonly largestDegree: number;
	/** Tokens that a device holds of a micro-batch. */
	readonly capacity: number;
	readonly cost: GroupCost;
	/** Null where the rule is to find how many. */
	readonly microBatches: number | null;
	/** Costs that are this share above the least are as good, where groups are smaller. */
	readonly slack: number;
	/** Whether each item counts as the longest of its group. */
	readonly padded: boolean;
}

/** A group before it has ranks. */
export interface Group {
	degree: number;
	items: readonly number[] | Int32Array;
}

export interface Solution {
	/** The groups of each micro-batch; their degrees add up to the devices. */
	microBatches: readonly (readonly Group[])[];
	isExact: boolean;
}

/** How groups are made. */
export interface ParallelRule {
	/** One line, no full stop. */
	readonly meaning: string;
	/** Whether degrees are powers of two, and so the number of devices. */
	readonly powersOfTwo: boolean;
	/** Whether it can be told how many micro-batches to make. */
	readonly takesMicroBatches: boolean;
	/** Null where there is none in so many micro-batches. */
	solve(problem: Problem): Solution | null;
}
