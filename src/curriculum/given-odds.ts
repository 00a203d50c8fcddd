import { optionName, UsageError } from "../core/errors.js";
import { numbers, required } from "../core/option.js";
import { drawSteps } from "./drawn.js";
import type { Schedule } from "./schedule.js";

const options = {
	odds: required(
		numbers({ help: "one number for each bucket, the shortest first" }),
	),
};

/** Steps drawn with odds that are given. */
export const givenOdds: Schedule<typeof options> = {
	meaning: "drawn by tokens times the given odds",
	options,
	oddsOf: (_buckets, { odds }) => odds,
	order: (steps, _lengths, { odds, cycles }, random) =>
		drawSteps(steps, odds, cycles, random),
	check({ odds }, lengths) {
		if (odds.length !== lengths.length)
			throw new UsageError(
				"bad-option",
				`there are ${odds.length} numbers in ${optionName("odds")} for ${lengths.length} buckets, ${lengths.join(", ")}: give one for each, the shortest first.`,
			);
		for (const odd of odds)
			if (odd <= 0)
				throw new UsageError(
					"bad-option",
					`${optionName("odds")} of ${odd} cannot be: give numbers above 0. To leave a bucket out, name the others in ${optionName("buckets")}.`,
				);
	},
};
