import { optionName, UsageError } from "../src/core/errors.js";
import { type OptionTable, texts } from "../src/core/option.js";
import { packStore } from "../src/engines/pack-store.js";
import { packRecordsTable } from "../src/options/pack-records.js";
import {
	type PackStoreOptions,
	packStoreTable,
} from "../src/options/pack-store.js";
import { packRecords } from "../src/records/pack-records.js";
import { commandOf, NUMBERS_NOTE, onlyOptions } from "./command.js";
import { compareOptionsTable, comparePack } from "./compare-packers.js";
import { describeRecords, recordsSummary } from "./describe-records.js";
import { outputTable } from "./output-options.js";
import { runBuild, runTold } from "./run-build.js";
import { noteOut } from "./under-way.js";

const { store: _, out, ...ofStore } = packStoreTable;
const { compare, seqLen: __, ...ofCompare } = compareOptionsTable;
const { inputs: ___, lengthColumn, ...ofRecords } = packRecordsTable;

export const packCommandTable = {
	store: texts({
		placeholder: "store",
		help: "the directory of a store; with --length-column, files of records",
	}),
	compare: { ...compare, required: false },
	lengthColumn: { ...lengthColumn, required: false },
	...ofRecords,
	...ofCompare,
	...ofStore,
	out: { ...out, required: false },
	...outputTable,
} as unknown as OptionTable;

export const packCommand = () =>
	commandOf({
		name: "pack",
		description:
			"Pack a store by index, which says what tokens share a row. Or pack records of any kind by a column of their lengths. Or compare ways to pack a corpus, and write nothing.",
		table: packCommandTable,
		arguments: ["store"],
		notes: `${NUMBERS_NOTE}

A store is what seqpack build --layout documents writes. With --length-column, records of
Parquet and Arrow files are packed, whatever is in them. With --compare, nothing is written, and the
options are those of the packers and of reading text. Its columns are: rows, and how many
more than the fewest possible; share of the rows that is tokens; padding; documents cut; tokens
dropped; sequences per row; attention, the sum of squared sequence lengths; the costliest row of a
step divided by the mean, shuffled and balanced; time.`,
		isReported: true,
		examples: [
			"seqpack pack store/ --seq-len 8192 --out packing/",
			"seqpack pack store/ --layout buckets --out buckets/",
			"seqpack pack store/ --seq-len 8192 --prefix-tree --out trees/",
			"seqpack pack items/*.parquet --length-column n --pass-through --seq-len 8192 --out packed/",
			"seqpack pack --compare corpus/*.jsonl.gz --tokenizer tokenizer.json --seq-len 8192",
		],
		async run(given) {
			const { store: named, ...values } = given as Readonly<
				Record<string, unknown>
			>;
			const inputs = named as readonly string[] | undefined;
			if (values.compare !== undefined)
				return comparePack(
					onlyOptions(
						compareOptionsTable,
						inputs?.length ? given : values,
						() => "is of packing a store",
					),
				);
			return values.lengthColumn === undefined
				? runPackStore(inputs, values)
				: runPackRecords(inputs, values);
		},
	});

function runPackStore(
	store: readonly string[] | undefined,
	values: Readonly<Record<string, unknown>>,
): Promise<number> {
	const table = { ...packStoreTable, ...outputTable };
	const { json, ...options } = onlyOptions(table, values, (name) =>
		Object.hasOwn(packRecordsTable, name)
			? `is for ${optionName("lengthColumn")}`
			: `is for ${optionName("compare", true)}`,
	);
	if (store !== undefined && store.length > 1)
		throw new UsageError(
			"missing-option",
			`${optionName("lengthColumn")} is missing: a store is one directory, and of several files of records it names the column of their lengths.`,
		);
	const given = { ...options, store: store?.[0] } as PackStoreOptions;
	noteOut(given.out);
	return runBuild("pack", json, (running) =>
		packStore({ ...given, ...running }),
	);
}

function runPackRecords(
	inputs: readonly string[] | undefined,
	values: Readonly<Record<string, unknown>>,
): Promise<number> {
	const table = { ...packRecordsTable, ...outputTable };
	const { json, ...options } = onlyOptions(
		table,
		values,
		(name) =>
			`is for ${Object.hasOwn(packStoreTable, name) ? "a store" : optionName("compare", true)}, not for records`,
	);
	return runTold(
		json,
		({ logLevel: _, ...running }) =>
			packRecords({ ...options, ...running, inputs: inputs ?? [] }),
		describeRecords,
		recordsSummary,
	);
}
