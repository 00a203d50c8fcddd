import {
	choice,
	entryOf,
	flag,
	type Given,
	grouped,
	integer,
	integers,
	json,
	numbers,
	type Resolved,
} from "../core/option.js";
import { quoted } from "../core/text.js";
import { scheduleOptions, schedules } from "./schedules.js";
import { parsePoints, pointsFault, type WeightPoint } from "./weight-lines.js";

/** The options that say in which order the steps of a stage come. */
export const orderTable = {
	...grouped("Steps", {
		schedule: entryOf(schedules, {
			help: "how the bucket of each step is chosen",
			default: "natural",
		}),
		cycles: integer({
			help: "how many times the schedule runs, each time over another part of the data",
			default: 1,
			least: 1,
			most: 2 ** 20,
		}),
		firstLongest: flag({
			help: "begin with a step of the longest bucket, so that memory runs out at once or not at all",
			default: false,
		}),
	}),
	...grouped("Of some schedules", scheduleOptions),
};

/** The options that say which data a stage takes. */
const dataTable = grouped("Data", {
	tokens: integer({
		help: "tokens to take, for each stage that does not say its own",
		defaultText: "all that is left of the epochs",
		least: 1,
	}),
	buckets: integers({
		help: "lengths of the buckets to use",
		defaultText: "all",
		least: 1,
	}),
	minLength: integer({ help: "shortest bucket to use", least: 1 }),
	maxLength: integer({ help: "longest bucket to use", least: 1 }),
	weights: numbers({
		help: "each dataset's share of the tokens, such as 0.7,0.3",
		defaultText: "by how many tokens each has",
	}),
	strataWeights: json<Readonly<Record<string, number>>>(
		{
			placeholder: "list",
			expected: "a weight for each stratum, such as short=0.2,long=0.8",
			written: "one",
			fault: weightsFault,
			parse: parseWeights,
		},
		{
			help: "each stratum's share of the tokens, such as short=0.2,long=0.8, for datasets that keep strata apart",
			defaultText: "none: by how many tokens each has",
		},
	),
	weightsAt: json<readonly WeightPoint[]>(
		{
			placeholder: "points",
			expected: "points such as 0:0.7/0.3,1000:0.5/0.5",
			written: "one",
			parse: parsePoints,
			fault: pointsFault,
		},
		{
			help: "weights that change: for each point, the step of the stage, and the datasets' shares there",
			defaultText: "weights do not change",
		},
	),
	weightsBy: choice(["steps", "tokens"], {
		help: "the unit of the points at which weights change",
		defaultText: "steps",
	}),
	match: choice(["sample", "repeat"], {
		help: "sample takes no data twice; repeat, for weights without tokens, takes all of it at least once",
		defaultText:
			"sample for weights without tokens; with tokens, data is repeated where there is too little",
	}),
});

/** Reads `short=0.2,long=0.8`. */
function parseWeights(text: string): Record<string, number> {
	const weights = new Map<string, number>();
	for (const part of text.split(",")) {
		const cut = part.lastIndexOf("=");
		const name = part.slice(0, Math.max(0, cut)).trim();
		const weight = part.slice(cut + 1).trim();
		if (weight === "" || weights.has(name)) throw new Error("no list");
		weights.set(name, Number(weight));
	}
	return Object.fromEntries(weights);
}

function weightsFault(value: unknown): string | null {
	const example = "give a name and a number for each, such as short=0.2";
	if (typeof value !== "object" || value === null || Array.isArray(value))
		return ` is ${quoted(value)}: ${example}`;
	if (Object.keys(value).length === 0) return ` is empty: ${example}`;
	for (const [name, weight] of Object.entries(value)) {
		if (name === "") return ` has a weight without a name: ${example}`;
		if (typeof weight !== "number" || !(weight >= 0 && weight < Infinity))
			return ` has no weight for ${quoted(name)} that is a number of at least 0: ${example}`;
	}
	return null;
}

/** The options of a stage of a curriculum. */
export const stageTable = { ...orderTable, ...dataTable };

/** What a stage is asked for. */
export type StageOptions = Given<typeof stageTable>;
/** The same with defaults. */
export type Stage = Resolved<typeof stageTable>;
