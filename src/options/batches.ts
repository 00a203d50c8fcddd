import {
	entriesOf,
	entryOf,
	flag,
	type Given,
	integer,
	json,
	type Option,
	texts,
} from "../core/option.js";
import { columnTable } from "../masks/column-options.js";
import { batchColumns, columns } from "../masks/columns.js";
import { sequenceShares } from "../masks/sequence-parallel.js";

/** Where a run is: the plan, by its hash, and the next step. */
export interface BatchState {
	plan: string;
	step: number;
	/**
	 * Of plans of documents in order, the ranks that the run has, and how many of them share each
	 * row: a rank keeps what its model remembers of the documents of its lanes.
	 */
	worldSize?: number;
	sequenceParallel?: number;
}

const madeColumns = entriesOf(
	{ ...columns, names: batchColumns },
	{ help: "further columns to make", default: [], defaultText: "none" },
);

/** Columns that are made, and any that datasets may be carried with: whether they are is known once they are open. */
const columnsOfBatches: Option<readonly string[], false, true> = {
	...madeColumns,
	help: `${madeColumns.help}, or that the datasets carry`,
	type: {
		...madeColumns.type,
		fault: (value) =>
			madeColumns.type.fault(
				Array.isArray(value)
					? value.filter(
							(name) => typeof name !== "string" || columns.has(name),
						)
					: value,
			),
	},
};

/** What is wrong with a column that no dataset is carried with, as the end of a sentence. */
export function noColumn(name: string): string | null {
	return madeColumns.type.fault([name]);
}

/** The options of `openBatches` and of the command. */
export const batchesTable = {
	rank: integer({ help: "this rank, from 0", default: 0 }),
	worldSize: integer({
		help: "how many ranks there are",
		default: 1,
		least: 1,
		most: 2 ** 20,
	}),
	fromStep: integer({ help: "the first step", defaultText: "0" }),
	steps: integer({
		help: "how many steps to read",
		defaultText: "to the end of the plan",
	}),
	state: json<BatchState>(
		{
			placeholder: "file",
			expected: 'a state, such as {"plan":"...","step":1200}',
			written: "file",
			fault: (state) =>
				isState(state)
					? null
					: ' is no state: give an object such as {"plan":"...","step":1200}',
		},
		{
			help: "a file with the state of a run, to go on from there instead of from a first step",
		},
	),
	columns: columnsOfBatches,
	...columnTable,
	padLoss: flag({
		help: "train on padding, as part of the last sequence of its row: for answers that are padded with EOS",
		default: false,
	}),
	balanceRanks: flag({
		help: "share the rows of a step so that all ranks have nearly the same cost",
		default: false,
	}),
	sortRows: flag({
		help: "sort the rows of a step by cost, the sum of squared sequence lengths, and deal them out, so that the n-th rows of all ranks cost nearly the same",
		default: false,
	}),
	sequenceParallel: integer({
		help: "how many ranks share each row; they have consecutive numbers",
		default: 1,
		least: 1,
		most: 2 ** 20,
	}),
	sequenceShares: entryOf(sequenceShares, {
		help: "how to cut a row for the ranks that share it",
		defaultText: "contiguous",
	}),
	sequenceMultiple: integer({
		help: "pad each sequence to a multiple of this, if sequences are cut one by one",
		defaultText: "the number of parts that a sequence is cut into",
		least: 1,
		most: 2 ** 21,
	}),
	datasets: texts({
		help: "where the plan's datasets are now, in the plan's order, if they were moved",
		placeholder: "dir",
	}),
	readAhead: integer({
		help: "how many steps to read in advance, on another thread; 0 for none",
		default: 4,
		most: 1024,
	}),
};

export type BatchOptions = Given<typeof batchesTable>;

function isState(value: unknown): value is BatchState {
	const state = value as BatchState | null;
	const isCount = (count: number | undefined) =>
		count === undefined || (Number.isInteger(count) && count > 0);
	return (
		typeof state?.plan === "string" &&
		Number.isInteger(state.step) &&
		isCount(state.worldSize) &&
		isCount(state.sequenceParallel)
	);
}
