import { LARGEST_CAPACITY } from "../core/capacity.js";
import { optionName } from "../core/errors.js";
import {
	choice,
	entryOf,
	flag,
	type Given,
	grouped,
	integer,
	type Resolved,
	required,
	text,
	texts,
} from "../core/option.js";
import { orderTable } from "../pack/orders.js";
import { packDocumentsTable } from "../pack/pack-documents.js";
import { packers, packTable } from "../pack/packers.js";
import { tableFormats } from "../tables/tables.js";
import { buildTable } from "./build.js";

const { overwrite, signal, onProgress, onNotice, window } = buildTable;
const { packer, ...ofPackers } = packTable;
const { padDocumentToMultiple } = packDocumentsTable;

/** The packers that keep each sequence whole. */
const keeping = packers.where(
	({ cuts, fillsRows }) => cuts === undefined && !fillsRows,
);

/** The options of packing records by their lengths alone. */
export const packRecordsTable = {
	inputs: required(
		texts({
			placeholder: "input",
			help: "Parquet and Arrow files of records: files, directories and globs; @FILE is a list of inputs",
		}),
	),
	out: required(
		text({
			placeholder: "dir",
			help: "the directory to write: new, or empty",
		}),
	),
	...grouped("Records", {
		lengthColumn: required(
			text({
				placeholder: "name",
				help: "pack records by the number of tokens in this column; meta.n is n within meta",
			}),
		),
		costColumn: text({
			placeholder: "name",
			defaultText: "computed from the lengths",
			help: "column with the cost of training on each record, for balance",
		}),
		passThrough: flag({
			default: false,
			help: "write the records themselves: each column as one list per row",
		}),
		windowBytes: integer({
			least: 1,
			most: 2 ** 30,
			default: 2 ** 28,
			of: { passThrough: ["true"] },
			help: "about how many bytes of records are packed together, and are in memory at once",
		}),
		longRecords: choice(["error", "drop"], {
			default: "error",
			help: "what to do with records longer than a row: they cannot be cut",
		}),
	}),
	...grouped("Packing", {
		seqLen: required(
			integer({
				least: 1,
				most: LARGEST_CAPACITY,
				help: "tokens that a row can hold",
			}),
		),
		packer: {
			...packer,
			type: entryOf({ ...packers, names: keeping }, { help: packer.help }).type,
		},
		...ofPackers,
		padDocumentToMultiple: { ...padDocumentToMultiple, of: {} },
		window: integer({
			least: 1,
			most: 2 ** 30,
			default: 2 ** 26,
			help: window.help,
		}),
	}),
	...grouped("Rows", {
		...orderTable,
		seed: { ...buildTable.seed, of: {} },
	}),
	...grouped("Writing", {
		format: entryOf(tableFormats, {
			default: "parquet",
			help: "format of the files",
		}),
		compression: buildTable.compression,
		shardTokens: {
			...buildTable.shardTokens,
			help: "about how many tokens a file has at most",
			default: undefined,
			defaultFrom: ({ passThrough }: { passThrough?: unknown }) =>
				passThrough ? buildTable.shardTokens.default : 2 ** 40,
			defaultText: `64M with ${optionName("passThrough")}; else all`,
		} as unknown as typeof buildTable.shardTokens,
		overwrite: {
			...overwrite,
			help: "replace packed records that are there",
		},
	}),
	...grouped("Running", {
		signal: { ...signal, help: "stops packing; nothing is left of it" },
		onProgress,
		onNotice,
	}),
};

export type PackRecordsOptions = Given<typeof packRecordsTable>;
export type PackRecordsValues = Resolved<typeof packRecordsTable>;
