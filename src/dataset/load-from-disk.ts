import type { DatasetFormat } from "./format.js";
import { huggingFaceFeatures } from "./huggingface.js";
import type { Manifest } from "./manifest.js";
import { rowSchema } from "./rows.js";

/**
 * What makes a directory of Arrow shards (`data/`, or that of a bucket) one that
 * `datasets` opens with `load_from_disk`, by path: two files, which must not lie beside
 * the manifest, since `load_dataset` refuses a directory that has them.
 */
export const loadFromDisk: Pick<DatasetFormat, "filesBeside" | "loadLines"> = {
	filesBeside(manifest) {
		const info = {
			citation: "",
			description: "",
			features: huggingFaceFeatures(rowSchema(manifest.settings)),
			homepage: "",
			license: "",
		};
		const files: Record<string, string> = {};
		for (const [directory, shards] of shardDirectories(manifest)) {
			const state = {
				_data_files: shards.map((filename) => ({ filename })),
				_fingerprint: manifest.planHash.slice(0, 16),
				_format_columns: null,
				_format_kwargs: {},
				_format_type: null,
				_output_all_columns: false,
				_split: "train",
			};
			files[`${directory}/state.json`] = `${JSON.stringify(state, null, 2)}\n`;
			files[`${directory}/dataset_info.json`] =
				`${JSON.stringify(info, null, 2)}\n`;
		}
		return files;
	},

	loadLines: (directory) => [
		"# or, without a copy in a cache:",
		"from datasets import load_from_disk",
		`rows = load_from_disk("path/to/this/directory/${directory}")`,
	],
};

/** The directories that hold shards, and the names of these. */
function shardDirectories({ shards }: Manifest): Map<string, string[]> {
	const directories = new Map<string, string[]>();
	for (const { path } of shards) {
		const cut = path.lastIndexOf("/");
		const directory = path.slice(0, cut);
		const names = directories.get(directory) ?? [];
		if (names.length === 0) directories.set(directory, names);
		names.push(path.slice(cut + 1));
	}
	return directories;
}
