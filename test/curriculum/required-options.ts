import {
	type ScheduleName,
	schedules,
} from "../../src/curriculum/schedules.js";

/** Values for the options that a schedule cannot do without, for buckets of some lengths. */
export function requiredOptions(
	name: ScheduleName,
	lengths: readonly number[],
): object {
	const values: Record<string, unknown> = {
		odds: lengths.map((_, b) => 1 + ((b * 5) % 7)),
		difficulty: [lengths[0], lengths[2], lengths[lengths.length - 1]],
		maxStep: [20, 50],
	};
	const needed = Object.entries(schedules.find(name).options).filter(
		([, { required }]) => required,
	);
	return Object.fromEntries(
		needed.map(([option]) => {
			if (values[option] === undefined)
				throw new Error(`say here what ${option} may be`);
			return [option, values[option]];
		}),
	);
}
