import { LARGEST_CAPACITY } from "../core/capacity.js";
import {
	entryOf,
	flag,
	type Given,
	grouped,
	integer,
	type OptionTable,
	required,
	text,
} from "../core/option.js";
import { datasetFormats } from "../dataset/formats.js";
import { layouts, packingLayouts } from "../dataset/layouts/layouts.js";
import type {
	chatTemplateTable,
	conversationsTable,
	readingTable,
	tokenListsTable,
	tokensTable,
} from "../documents/options.js";
import { packers } from "../pack/packers.js";
import { USUAL_MIN_SHARED } from "../pack/prefix-tree.js";
import { buildTable } from "./build.js";

/** Options of rows that are of the files of a dataset. */
const OF_FILES = ["for", "shift"] as const;

/** The headings of a build's options that say how documents become rows. */
const ROW_GROUPS = ["Layout", "Packing", "Rows"];

type BuildTable = typeof buildTable;
type OfRows = Omit<
	BuildTable,
	| keyof typeof readingTable
	| keyof typeof tokensTable
	| keyof typeof conversationsTable
	| keyof typeof chatTemplateTable
	| keyof typeof runningTable
	| "inputs"
	| "sources"
	| "format"
	| "compression"
	| "shardTokens"
	| "taskSize"
	| "layout"
	| "append"
	| keyof typeof tokenListsTable
	| "keepSystem"
	| "limit"
	| "dedupe"
	| "keepSplits"
	| (typeof OF_FILES)[number]
	| "validation"
>;

const { out, overwrite, workers, signal, onProgress, onNotice, logLevel } =
	buildTable;
const runningTable = {
	out,
	overwrite,
	workers,
	signal,
	onProgress,
	onNotice,
	logLevel,
};

const rowOptions = Object.fromEntries(
	Object.entries<OptionTable[string]>(buildTable).filter(
		([name, { group }]) =>
			(ROW_GROUPS.includes(group ?? "") || name === "longConversations") &&
			!(OF_FILES as readonly string[]).includes(name),
	),
) as unknown as OfRows;

/** The options of packing a store by index. */
export const packStoreTable = {
	store: required(
		text({
			placeholder: "store",
			help: "the directory of a store",
		}),
	),
	...runningTable,
	...rowOptions,
	layout: {
		...entryOf(
			{ ...layouts, names: packingLayouts },
			{
				default: "packed",
				help: "packed rows, or buckets of a few lengths",
			},
		),
		group: "Layout",
	},
	...grouped("Prefix trees", {
		prefixTree: flag({
			default: false,
			of: {
				layout: layouts.where(({ holdsTrees }) => holdsTrees === true),
				packer: packers.where(({ cuts }) => cuts === undefined),
			},
			help: "store prefixes that documents of a window share only once: rows become trees",
		}),
		minShared: integer({
			least: 1,
			most: LARGEST_CAPACITY,
			default: USUAL_MIN_SHARED,
			of: { prefixTree: ["true"] },
			help: "fewest shared tokens that are stored once",
		}),
	}),
};

export type PackStoreOptions = Given<typeof packStoreTable>;

/** The options of writing the rows of a packing out. */
export const exportTable = {
	packing: required(
		text({
			placeholder: "packing",
			help: "the directory that seqpack pack has written",
		}),
	),
	...runningTable,
	format: entryOf(datasetFormats, {
		help: "format of the shards",
		defaultText: "parquet; arrow, for buckets",
	}),
	compression: buildTable.compression,
	shardTokens: buildTable.shardTokens,
};

export type ExportOptions = Given<typeof exportTable>;
