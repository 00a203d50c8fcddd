import {
	type Given,
	grouped,
	type Resolved,
	required,
	text,
	texts,
} from "../core/option.js";
import { progressOptions } from "../core/progress.js";
import { readingTable } from "../documents/options.js";
import { buildTable } from "./build.js";
import { figuresTable } from "./figures.js";

/** Paths side by side, at most. */
export const MOST_PATHS = 4;

const { tokenizer, rows, tokens, all } = figuresTable;

/** The options of a page that shows what is at paths. */
export const reportTable = {
	paths: required(
		texts({
			placeholder: "path",
			help: `a dataset, a store, a packing, a plan, packed records, an export, a shard, or files of a corpus; up to ${MOST_PATHS} are shown side by side`,
		}),
	),
	out: required(text({ placeholder: "file", help: "the HTML file to write" })),
	...grouped("Showing", {
		title: text({
			help: "the heading of the page",
			defaultText: "the last part of each path",
		}),
		tokenizer,
		rows,
		tokens,
		all,
	}),
	...readingTable,
	...grouped("Writing", {
		overwrite: { ...buildTable.overwrite, help: "replace another report" },
	}),
	...progressOptions,
};

export type ReportOptions = Given<typeof reportTable>;

export type ReportSettings = Resolved<typeof reportTable>;
