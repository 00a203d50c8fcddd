import type { ScheduleOptions } from "./schedule.js";

/** A bucket of a dataset: the length of its rows, and how many there are. */
export interface BucketRows {
	length: number;
	rows: number;
}

/** What a stage is to be. */
export interface StageRequest extends ScheduleOptions {
	schedule: string;
	/** Tokens of the stage; default all that is left of the epochs. */
	tokens?: number | undefined;
	/** The buckets to use: of these lengths, or from and to these. */
	buckets?: readonly number[] | undefined;
	minLength?: number | undefined;
	maxLength?: number | undefined;
	/** A weight for each dataset; default by the tokens that each has. */
	weights?: readonly number[] | undefined;
	/**
	 * None of the data twice, or, with weights and no number of tokens, all of it at least
	 * once. Default: `sample` with weights alone; with a number of tokens data is repeated
	 * where there is less.
	 */
	match?: "sample" | "repeat" | undefined;
	/** Begin with a step of the longest bucket, so that memory runs out at once or not at all. */
	firstLongest?: boolean | undefined;
}

/** What all stages of a plan share. */
export interface PlanContext {
	/** The buckets of each dataset. */
	datasets: readonly (readonly BucketRows[])[];
	tokensPerStep: number;
	worldSize: number;
	epochs: number;
	/** Rows that earlier stages took of each dataset's buckets, by length; is added to. */
	used: Map<number, number>[];
}
