import type { Schema } from "../shards/columns.js";
import { huggingFaceFeatures } from "../shards/huggingface.js";
import type { Manifest } from "./manifest.js";

/**
 * The two files that make a directory of Arrow streams one that `datasets`
 * opens with `load_from_disk`, by name.
 */
export function loadFromDiskFiles(
	manifest: Manifest,
	schema: Schema,
): Record<string, string> {
	const state = {
		_data_files: manifest.shards.map(({ path }) => ({ filename: path })),
		_fingerprint: manifest.planHash.slice(0, 16),
		_format_columns: null,
		_format_kwargs: {},
		_format_type: null,
		_output_all_columns: false,
		_split: "train",
	};
	const info = {
		citation: "",
		description: "",
		features: huggingFaceFeatures(schema),
		homepage: "",
		license: "",
	};
	return {
		"state.json": `${JSON.stringify(state, null, 2)}\n`,
		"dataset_info.json": `${JSON.stringify(info, null, 2)}\n`,
	};
}
