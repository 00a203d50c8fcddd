import { optionName, UsageError } from "../src/core/errors.js";
import type { Given, OptionTable } from "../src/core/option.js";
import { packStore } from "../src/engines/pack-store.js";
import { packStoreTable } from "../src/options/pack-store.js";
import { commandOf, NUMBERS_NOTE, pickOptions } from "./command.js";
import { compareOptionsTable, comparePack } from "./compare-packers.js";
import { outputTable } from "./output-options.js";
import { runBuild } from "./run-build.js";

const { store, out, ...ofStore } = packStoreTable;
const { compare, seqLen: _, ...ofCompare } = compareOptionsTable;

export const packCommandTable = {
	store: { ...store, required: false },
	compare: { ...compare, required: false },
	...ofCompare,
	...ofStore,
	out: { ...out, required: false },
	...outputTable,
} as unknown as OptionTable;

export const packCommand = () =>
	commandOf({
		name: "pack",
		description:
			"Pack a store by index: which tokens share a row. Or compare ways to pack a corpus, and write nothing.",
		table: packCommandTable,
		arguments: ["store"],
		notes: `${NUMBERS_NOTE}

A store is what seqpack build --layout documents writes. With --compare, options are
those of the packers to compare and of text to read, and nothing is written. Columns:
rows, and how many more than the bound that no packing beats; share of the
rows that is tokens; padding; documents cut; tokens dropped; sequences a row; attention,
the sum of squares of segments; the costliest row of a step over the mean, shuffled and
balanced; time.`,
		examples: [
			"seqpack pack store/ --seq-len 8192 --out packing/",
			"seqpack pack store/ --layout buckets --out buckets/",
			"seqpack pack --compare corpus/*.jsonl.gz --tokenizer tokenizer.json --seq-len 8192",
		],
		async run(given) {
			const values: Readonly<Record<string, unknown>> = given;
			if (values.compare !== undefined)
				return comparePack(
					only(compareOptionsTable, values, "is of packing a store"),
				);
			const table = { ...packStoreTable, ...outputTable };
			const { json, quiet, ...options } = only(
				table,
				values,
				`is for ${optionName("compare", true)}`,
			);
			return runBuild("pack", { json, quiet }, (running) =>
				packStore({ ...options, ...running }),
			);
		},
	});

/** What is given, which must be of a table. @throws UsageError `ignored-option` */
function only<T extends OptionTable>(
	table: T,
	values: Readonly<Record<string, unknown>>,
	why: string,
): Given<T> {
	const other = Object.keys(values).find(
		(name) => values[name] !== undefined && !Object.hasOwn(table, name),
	);
	if (other !== undefined)
		throw new UsageError(
			"ignored-option",
			`${optionName(other)} would change nothing: it ${why}. Leave it out.`,
		);
	return pickOptions(table, values);
}
