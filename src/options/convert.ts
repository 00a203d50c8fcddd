import {
	entryOf,
	type Given,
	grouped,
	programValue,
	required,
	text,
} from "../core/option.js";
import { datasetFormats } from "../dataset/formats.js";
import { buildTable } from "./build.js";

/** How far a conversion is. */
export interface ConvertProgress {
	/** Rows that are written, of how many. */
	rows: number;
	totalRows: number;
	tokens: number;
}

const { out, compression, overwrite, signal, onNotice } = buildTable;

/** The options of writing a dataset in another format. */
export const convertTable = {
	dataset: required(
		text({
			placeholder: "dataset",
			help: "the directory of a dataset: packed rows, buckets or a store",
		}),
	),
	out: {
		...out,
		help: "the directory to write: new, empty, or of a dataset to replace",
	},
	...grouped("Writing", {
		format: required(
			entryOf(datasetFormats, { help: "format of the shards to write" }),
		),
		compression,
		overwrite: { ...overwrite, help: "replace another dataset" },
	}),
	...grouped("Running", {
		signal: { ...signal, help: "aborts the conversion, and leaves nothing" },
		onProgress: programValue<(progress: ConvertProgress) => void>(
			"a function",
			(value) => typeof value === "function",
			{ help: "told of how far the conversion is, every row group" },
		),
		onNotice,
	}),
};

export type ConvertOptions = Given<typeof convertTable>;
