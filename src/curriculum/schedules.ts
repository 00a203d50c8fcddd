import { UsageError } from "../core/errors.js";
import { type NameOf, registry } from "../core/registry.js";
import { optionsOfEntries } from "../core/resolve-options.js";
import { drawnBy, oddsByRank } from "./drawn.js";
import { fixedDiscrete, fixedLinear, fixedRoot } from "./fixed-length.js";
import { givenOdds } from "./given-odds.js";
import { olmoGrowth } from "./olmo-growth.js";
import type { Schedule } from "./schedule.js";

const entries = {
	natural: drawnBy(
		"drawn by the buckets' tokens: the same mix from the first step to the last",
		oddsByRank(() => 1),
	),
	"grow-linear": drawnBy(
		"drawn by tokens times odds 6 5 4 3 2 1, of six buckets, the shortest first",
		oddsByRank((rank) => rank + 1),
	),
	"grow-p2": drawnBy(
		"drawn by tokens times odds 32 16 8 4 2 1, of six buckets, the shortest first",
		oddsByRank((rank) => 2 ** rank),
	),
	"grow-p100": drawnBy(
		"drawn by tokens times odds 100^5 ... 100 1: in effect the shortest bucket first",
		oddsByRank((rank) => 100 ** rank),
	),
	"shrink-p100": drawnBy(
		"the odds of grow-p100 reversed: in effect the longest bucket first",
		(buckets) => oddsByRank((rank) => 100 ** rank)(buckets).reverse(),
	),
	odds: givenOdds,
	"olmo-grow-p2": olmoGrowth(
		"OLMo-core's growth by powers of 2, its grow-p2",
		(exponent) => 2 ** (exponent - 1),
	),
	"olmo-grow-linear": olmoGrowth(
		"OLMo-core's linear growth, its grow-linear",
		(exponent) => exponent,
	),
	"fixed-linear": fixedLinear,
	"fixed-root": fixedRoot,
	"fixed-discrete": fixedDiscrete,
};

/** Every schedule by name. A new one is a file in this folder and a line here. */
export const schedules = registry<keyof typeof entries, Schedule>(
	"schedule",
	entries,
);
export type ScheduleName = NameOf<typeof schedules>;

/** The options that schedules have of their own. */
export const scheduleOptions = optionsOfEntries("schedule", entries);

/**
 * The odds of each bucket, the shortest first.
 * @param buckets How many there are.
 * @throws UsageError `unknown-name`, also for schedules without fixed odds
 */
export function scheduleOdds(name: ScheduleName, buckets: number): number[] {
	const schedule = schedules.find(name);
	if (schedule.odds === undefined)
		throw new UsageError(
			"unknown-name",
			`the schedule ${name} has no fixed odds; those that have: ${schedules.where(({ odds }) => odds !== undefined).join(", ")}.`,
		);
	return schedule.odds(buckets);
}
