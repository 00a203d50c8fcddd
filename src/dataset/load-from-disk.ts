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
		for (const [directory, { split, names }] of shardDirectories(manifest)) {
			const state = {
				_data_files: names.map((filename) => ({ filename })),
				_fingerprint: manifest.planHash.slice(0, 16),
				_format_columns: null,
				_format_kwargs: {},
				_format_type: null,
				_output_all_columns: false,
				_split: split,
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

/** The directories that hold shards, the split of each, and the names of its shards. */
function shardDirectories({ shards }: Manifest) {
	const directories = new Map<string, { split: string; names: string[] }>();
	for (const { path, split } of shards) {
		const cut = path.lastIndexOf("/");
		const directory = path.slice(0, cut);
		const found = directories.get(directory) ?? { split, names: [] };
		directories.set(directory, found);
		found.names.push(path.slice(cut + 1));
	}
	return directories;
}
