import type { Schema } from "../tables/columns.js";
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
		const schema = rowSchema(manifest.settings);
		const files: Record<string, string> = {};
		for (const [directory, { split, names }] of shardDirectories(manifest)) {
			const saved = savedDataset(schema, split, names, manifest.planHash);
			for (const [name, content] of Object.entries(saved))
				files[`${directory}/${name}`] = content;
		}
		return files;
	},

	loadLines: (directory) => [
		"# or, without a copy in a cache:",
		"from datasets import load_from_disk",
		`rows = load_from_disk("path/to/this/directory/${directory}")`,
	],
};

/**
 * The files that stand beside the Arrow files of a split, by name.
 * @param hash Tells these rows from others, in hexadecimal.
 */
export function savedDataset(
	schema: Schema,
	split: string,
	names: readonly string[],
	hash: string,
): Record<string, string> {
	const state = {
		_data_files: names.map((filename) => ({ filename })),
		_fingerprint: hash.slice(0, 16),
		_format_columns: null,
		_format_kwargs: {},
		_format_type: null,
		_output_all_columns: false,
		_split: split,
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
