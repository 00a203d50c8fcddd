import {
	entryOf,
	type Given,
	grouped,
	required,
	text,
} from "../core/option.js";
import { datasetFormats } from "../dataset/formats.js";
import { buildTable } from "./build.js";

const { out, compression, overwrite, signal, onProgress, onNotice } =
	buildTable;

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
		onProgress,
		onNotice,
	}),
};

export type ConvertOptions = Given<typeof convertTable>;
