import { UsageError } from "../core/errors.js";
import { fixedDiscrete, fixedLinear, fixedRoot } from "./fixed-length.js";
import { drawnBy, oddsByName } from "./odds.js";
import { olmoGrowth } from "./olmo-growth.js";
import type { Schedule } from "./schedule.js";

/** Steps drawn with odds that are given. */
const givenOdds: Schedule = {
	takes: ["odds"],
	order: (steps, lengths, options, random) =>
		drawnBy(() => options.odds ?? []).order(steps, lengths, options, random),
	check({ odds = [] }, lengths) {
		if (odds.length !== lengths.length)
			throw new UsageError(
				"bad-odds",
				`there are ${odds.length} odds (--odds) for ${lengths.length} buckets, ${lengths.join(", ")}: give a number for each, the shortest first.`,
			);
		for (const odd of odds)
			if (!(odd > 0 && odd < Number.POSITIVE_INFINITY))
				throw new UsageError(
					"bad-odds",
					`odds (--odds) of ${odd} cannot be: give numbers above 0. To leave a bucket out, name the others in --buckets.`,
				);
	},
};

/** Every schedule by name. A new one is a file in this folder and a line here. */
export const schedules: Readonly<Record<string, Schedule>> = {
	...Object.fromEntries(
		Object.entries(oddsByName).map(([name, odds]) => [name, drawnBy(odds)]),
	),
	odds: givenOdds,
	"olmo-grow-p2": olmoGrowth((exponent) => 2 ** (exponent - 1)),
	"olmo-grow-linear": olmoGrowth((exponent) => exponent),
	"fixed-linear": fixedLinear,
	"fixed-root": fixedRoot,
	"fixed-discrete": fixedDiscrete,
};

/** @throws UsageError `unknown-schedule` */
export function findSchedule(name: string): Schedule {
	if (!Object.hasOwn(schedules, name))
		throw new UsageError(
			"unknown-schedule",
			`there is no schedule "${name}"; there are: ${Object.keys(schedules).join(", ")}.`,
		);
	return schedules[name];
}
