import { LARGEST_CAPACITY } from "../core/capacity.js";
import { integer, type OptionTable, required } from "../core/option.js";
import { type NameOf, registry } from "../core/registry.js";
import { optionsOfEntries } from "../core/resolve-options.js";
import type { BatchKind } from "./batch-kinds.js";

/** What decides which data a step has. */
interface StepOrder {
	/** One line, for help and docs. */
	readonly meaning: string;
	readonly options: OptionTable;
	/** What its steps can be made of. */
	readonly items: readonly BatchKind["items"][];
	/** Whether it has stages, and the options of these. */
	readonly hasStages: boolean;
	/** Whether it reads stores of documents; else it reads rows. */
	readonly ofDocuments: boolean;
}

const documentOptions = {
	chunk: required(
		integer({
			help: "tokens of a document that a step reads",
			least: 1,
			most: LARGEST_CAPACITY,
		}),
	),
	maxChunks: integer({
		help: "most chunks of a document; the rest of it is left out, and counted",
		defaultText: "any number",
		least: 1,
	}),
};

const entries = {
	schedule: {
		meaning: "rows in random order, with lengths by a schedule",
		options: {},
		items: ["rows", "sequences"],
		hasStages: true,
		ofDocuments: false,
	},
	documents: {
		meaning:
			"documents of a store, each chunk by chunk in one of the lanes that a step has",
		options: documentOptions,
		items: ["chunks"],
		hasStages: false,
		ofDocuments: true,
	},
} as const satisfies Record<string, StepOrder>;

/** Every order of the data of steps by name. */
export const stepOrders = registry<keyof typeof entries, StepOrder>(
	"order",
	entries,
);
export type StepOrderName = NameOf<typeof stepOrders>;

/** The options that orders have of their own. */
export const stepOrderOptions = optionsOfEntries("order", entries);
