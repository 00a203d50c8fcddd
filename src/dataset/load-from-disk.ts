import type { Schema } from "../shards/columns.js";
import { huggingFaceFeatures } from "../shards/huggingface.js";
import type { Manifest } from "./manifest.js";

/** The paths of what `loadFromDiskFiles` gives. */
export const LOAD_FROM_DISK = ["data/state.json", "data/dataset_info.json"];

/**
 * The two files that make `data/` a directory that `datasets` opens with
 * `load_from_disk`, by path. They must not lie beside the manifest: a directory
 * that has them there is refused by `load_dataset`.
 */
export function loadFromDiskFiles(
	manifest: Manifest,
	schema: Schema,
): Record<string, string> {
	const state = {
		_data_files: manifest.shards.map(({ path }) => ({
			filename: path.slice("data/".length),
		})),
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
		"data/state.json": `${JSON.stringify(state, null, 2)}\n`,
		"data/dataset_info.json": `${JSON.stringify(info, null, 2)}\n`,
	};
}
