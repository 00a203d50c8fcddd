import {
	entryOf,
	grouped,
	integer,
	json,
	type Option,
	required,
} from "../core/option.js";
import { quoted } from "../core/text.js";
import type { GroupCost } from "../parallel/group-cost.js";
import { parallelPlans } from "../parallel/parallel-plans.js";

/** To be given with a rule, and with nothing else. */
const ofRules = <T>(option: Option<T>): Option<T> => ({
	...required(option),
	of: { parallelPlan: parallelPlans.names },
});

/** The options of the groups of ranks that share the rows of each step. */
export const parallelTable = grouped("Groups of ranks", {
	maxTokensPerMicroBatch: integer({
		help: "cut each step into micro-batches with at most this many tokens per rank, the same number of micro-batches for all ranks",
		defaultText: "steps are not cut",
		least: 1,
		most: 2 ** 31 - 1,
	}),
	parallelPlan: entryOf(parallelPlans, {
		help: "share each step out among groups of ranks, large ones for long sequences",
		defaultText: "each rank is by itself",
	}),
	devices: ofRules(
		integer({
			help: "ranks of the plan, over all groups",
			least: 1,
			most: 2 ** 16,
		}),
	),
	tokensPerDevice: ofRules(
		integer({
			help: "most tokens of a micro-batch that a rank holds",
			least: 1,
			most: 2 ** 31 - 1,
		}),
	),
	cost: json<Partial<GroupCost>>(
		{
			placeholder: "file",
			expected: 'a cost model, such as {"perToken":0.18,"perSquare":5e-6}',
			written: "file",
			fault: (cost) =>
				typeof cost === "object" && cost !== null && !Array.isArray(cost)
					? null
					: ` is ${quoted(cost)}: give an object such as {"perToken":0.18,"perSquare":5e-6}`,
		},
		{
			help: "what tokens and their squares cost, for balancing groups",
			defaultText: "the squared length of sequences",
		},
	),
});
