import { longestCapacity } from "../settings.js";
import { shardsDirectory } from "./load-dataset.js";
import type { Trainer } from "./trainer.js";

export const maxtext: Trainer = {
	title: "MaxText",
	meaning: "one sequence per row, for Grain to pack",
	tried: "not run: its source was read, and Grain 0.2.18 packs the rows",
	options: () => ({ packer: "padded", format: "parquet" }),
	key: "grain_file_type: parquet",
	fault: ({ isMasked }) =>
		isMasked
			? "it reads no labels of tokenized data, and would train on all of it"
			: null,
	load: (manifest) => ({
		language: "yaml",
		lines: [
			"dataset_type: grain",
			"grain_file_type: parquet",
			`grain_train_files: ${shardsDirectory(manifest)}/*.parquet`,
			"tokenize_train_data: false",
			"train_data_columns: [input_ids]",
			"packing: true",
			`max_target_length: ${longestCapacity(manifest.settings)}`,
		],
	}),
	traps: ["Of rows of several sequences it drops the borders."],
};
