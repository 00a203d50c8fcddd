import { optionName } from "../src/core/errors.js";
import type { OptionTable } from "../src/core/option.js";
import { exportRows } from "../src/engines/pack-store.js";
import { exportDataset } from "../src/export/export-dataset.js";
import { exportToTable } from "../src/options/export.js";
import { exportTable } from "../src/options/pack-store.js";
import { commandOf, NUMBERS_NOTE, onlyOptions } from "./command.js";
import { describeExport } from "./describe-export.js";
import { outputTable } from "./output-options.js";
import { runBuild, runTold } from "./run-build.js";
import { noteOut } from "./under-way.js";

const { packing: _, ...ofRows } = exportTable;
const { source, to, shardTokens, ...ofExport } = exportToTable;

export const exportCommandTable = {
	source,
	to: { ...to, required: false },
	...ofExport,
	...ofRows,
	shardTokens: { ...shardTokens, of: {} },
	out: { ...ofRows.out, help: "the directory to write: new or empty" },
	overwrite: {
		...ofRows.overwrite,
		help: "replace another export, or a dataset made from something else",
	},
	...outputTable,
} as unknown as OptionTable;

export const exportCommand = () =>
	commandOf({
		name: "export",
		description:
			"Write rows as the files of a trainer. Or write out the rows of a packing with their tokens, as a build from text would.",
		table: exportCommandTable,
		arguments: ["source"],
		notes: `${NUMBERS_NOTE}

With --to, the source is a dataset of rows, a store, a packing or a plan. Splits, buckets and ranks get
files of their own. What a format cannot hold is refused, and what it loses is said before anything is
written. Without --to, the source is a packing.`,
		isReported: true,
		examples: [
			"seqpack export data/ --to megatron --out megatron/",
			"seqpack export store/ --to olmo --out olmo/",
			"seqpack export plan/ --to mds --world-size 8 --out mds/",
			"seqpack export packing/ --out rows/",
		],
		run: (given) => {
			const values: Readonly<Record<string, unknown>> = given;
			return values.to === undefined ? writeRows(values) : writeFiles(values);
		},
	});

function writeRows({
	source,
	...values
}: Readonly<Record<string, unknown>>): Promise<number> {
	const table = { ...exportTable, ...outputTable };
	const { json, ...options } = onlyOptions(
		table,
		{ packing: source, ...values },
		() => `is for ${optionName("to")}`,
	);
	noteOut(options.out);
	return runBuild("export", json, (running) =>
		exportRows({ ...options, ...running }),
	);
}

function writeFiles(
	values: Readonly<Record<string, unknown>>,
): Promise<number> {
	const table = { ...exportToTable, ...outputTable };
	const { json, ...options } = onlyOptions(
		table,
		values,
		() => `does not go with ${optionName("to")}`,
	);
	return runTold(
		json,
		({ logLevel: _, ...running }) => exportDataset({ ...options, ...running }),
		describeExport,
		(result) => ({ version: 1, command: "export", ...result }),
	);
}
