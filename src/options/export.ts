import {
	entryOf,
	type Given,
	grouped,
	integer,
	optional,
	required,
	text,
} from "../core/option.js";
import {
	exportEntryOptions,
	exportFormats,
} from "../dataset/exports/exports.js";
import { shortRowWays } from "../dataset/exports/short-rows.js";
import { batchesTable } from "./batches.js";
import { buildTable } from "./build.js";

const { out, overwrite, signal, onProgress, onNotice } = buildTable;
const { fromStep, steps, worldSize, sortRows, datasets } = batchesTable;

/** The options of writing rows as files of a trainer. */
export const exportToTable = {
	source: required(
		text({
			placeholder: "source",
			help: "the directory of a dataset, a packing or a plan",
		}),
	),
	to: required(
		entryOf(exportFormats, {
			help: "what to write instead of a dataset of seqpack",
		}),
	),
	out: {
		...out,
		help: "the directory to write: new, empty, or of an export to replace",
	},
	overwrite: { ...overwrite, help: "replace another export" },
	...grouped("Rows", {
		shortRows: entryOf(shortRowWays, {
			help: "what to do with rows that are shorter than the others",
			defaultText: "depends on the format",
		}),
		padId: integer({
			help: "token to pad with",
			defaultText: "EOS, or 0",
			most: 2 ** 31 - 1,
		}),
		shardTokens: {
			...integer({
				least: 1,
				most: 2 ** 40,
				help: "tokens of a file, at most",
				defaultText: "depends on the format",
			}),
			of: {
				to: exportFormats.where(({ shardTokens }) => shardTokens !== undefined),
			},
		},
		shards: {
			...integer({
				least: 1,
				most: 1e6,
				help: "number of files, each with the same number of rows, for loaders that give whole files to ranks; rows left over are left out",
				defaultText: "any",
			}),
			of: { to: exportFormats.where(({ hasShards }) => hasShards === true) },
		},
		...exportEntryOptions,
	}),
	...grouped("Steps of a plan", {
		fromStep,
		steps,
		worldSize: optional({
			...worldSize,
			default: undefined,
			help: "number of ranks, each of which gets a directory with its share of the steps",
			defaultText: "one directory with whole steps",
		}),
		sortRows: optional({ ...sortRows, default: undefined }),
		datasets,
	}),
	...grouped("Running", {
		signal: { ...signal, help: "aborts the export, and leaves nothing" },
		onProgress,
		onNotice,
	}),
};

export type ExportToOptions = Given<typeof exportToTable>;
