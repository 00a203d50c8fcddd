import type { Random } from "../core/random.js";

/** What the schedules can be told; each says what it takes. */
export interface ScheduleOptions {
	/** Times that the schedule runs, each over another part of the data. */
	cycles: number;
	/** Of `odds`: a number for each bucket, the shortest first. */
	odds?: readonly number[] | undefined;
	/** Of `olmo-grow-*`: as many steps of each bucket. */
	balanced?: boolean | undefined;
	/** Of `fixed-*`: tokens at the first step, and once it is grown; default the shortest and the longest bucket. */
	minDifficulty?: number | undefined;
	maxDifficulty?: number | undefined;
	/** Of `fixed-linear` and `fixed-root`: the step of a cycle at which it is grown; default its number of steps. */
	totalCurriculumStep?: number | undefined;
	/** Lengths are rounded down to multiples of this; default 8. */
	difficultyStep?: number | undefined;
	/** Of `fixed-root`; default 2. */
	rootDegree?: number | undefined;
	/** Of `fixed-discrete`: lengths, and the last step of each but the last in a cycle, from 1. */
	difficulty?: readonly number[] | undefined;
	maxStep?: readonly number[] | undefined;
}

/** How the bucket of each step is chosen. */
export interface Schedule {
	/** The options that it looks at, besides `cycles`; others would be ignored. */
	takes: readonly (keyof ScheduleOptions)[];
	/** How many of a bucket's steps it uses, where it cannot use all. */
	trim?(steps: readonly number[], options: ScheduleOptions): number[];
	/**
	 * The bucket of each step, as its place among the buckets: each as often as it has
	 * steps.
	 * @param steps Steps that each bucket has, the shortest bucket first.
	 * @param lengths Tokens of a sequence of each.
	 */
	order(
		steps: readonly number[],
		lengths: readonly number[],
		options: ScheduleOptions,
		random: Random,
	): Uint16Array;
	/** The length that is due at a step of a cycle, from 0; for schedules that say so. */
	lengthAt?(
		step: number,
		steps: number,
		lengths: readonly number[],
		options: ScheduleOptions,
	): number;
	/** @throws UsageError for options that cannot be, or that it has not. */
	check?(options: ScheduleOptions, lengths: readonly number[]): void;
}
