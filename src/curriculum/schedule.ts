import type { OptionTable, Resolved } from "../core/option.js";
import type { Random } from "../core/random.js";

/** What a schedule is told: its own options, and how often it runs, each time over another part of the data. */
export type ScheduleOptions<T extends OptionTable = OptionTable> =
	Resolved<T> & { readonly cycles: number };

/** How the bucket of each step is chosen. */
export interface Schedule<T extends OptionTable = OptionTable> {
	/** One line, for help and docs. */
	readonly meaning: string;
	/** The options that are its own. */
	readonly options: T;
	/** The odds that steps are drawn with, the shortest bucket's first; for schedules with fixed odds. */
	odds?(buckets: number): number[];
	/** The odds that steps are drawn with under these options, the shortest bucket's first; for schedules that draw. */
	oddsOf?(buckets: number, options: ScheduleOptions<T>): readonly number[];
	/** How many of a bucket's steps it uses, where it cannot use all. */
	trim?(steps: readonly number[], options: ScheduleOptions<T>): number[];
	/**
	 * The bucket of each step, as its place among the buckets: each as often as it has
	 * steps.
	 * @param steps Steps that each bucket has, the shortest bucket first.
	 * @param lengths Tokens of a sequence of each.
	 */
	order(
		steps: readonly number[],
		lengths: readonly number[],
		options: ScheduleOptions<T>,
		random: Random,
	): Uint16Array;
	/** The length that it asks for at a step of a cycle, from 0; for schedules by length. */
	lengthAt?(
		step: number,
		steps: number,
		lengths: readonly number[],
		options: ScheduleOptions<T>,
	): number;
	/** @throws UsageError `bad-option` for options that do not go with the buckets or with each other. */
	check?(options: ScheduleOptions<T>, lengths: readonly number[]): void;
}
