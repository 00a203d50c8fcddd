import { columns } from "../masks/columns.js";
import type { ColumnType, Schema } from "../tables/columns.js";
import { datasetFormats, shardSchema } from "./formats.js";
import { indexTable } from "./index-rows.js";
import type { Manifest } from "./manifest.js";
import { bucketName, indexPattern, shardPattern } from "./names.js";
import type { RowCounts } from "./totals.js";

/** A configuration of the dataset: some of its shards. */
interface Config {
	name: string;
	/** Patterns of its shards. */
	paths: string[];
	counts: Pick<RowCounts, "rows" | "sequences" | "tokens">;
	/** Of its shards. */
	bytes: number;
}

/**
 * The YAML of a dataset card: which files make which configuration (all rows, and
 * each bucket where there are several), and what columns, rows and bytes they have.
 */
export function cardYaml(manifest: Manifest): string {
	const { planHash, settings } = manifest;
	const schema = shardSchema(settings);
	const configs = configsOf(manifest);
	const files = configs.map(({ name, paths }, i) =>
		[
			`- config_name: ${name}`,
			...(i === 0 ? ["  default: true"] : []),
			"  data_files:",
			"  - split: train",
			...(paths.length === 1
				? [`    path: ${paths[0]}`]
				: ["    path:", ...paths.map((path) => `    - ${path}`)]),
		].join("\n"),
	);
	// All configurations of a directory are read as one format.
	if (datasetFormats.find(settings.format).extension === indexTable.extension)
		files.push(`- config_name: index
  data_files:
  - split: train
    path: ${indexPattern(planHash)}`);
	const features = schema.map(({ name, type }) => yamlFeature(name, type));
	const info = configs.map(
		({ name, counts, bytes }) => `- config_name: ${name}
  features:
${features.join("\n")}
  splits:
  - name: train
    num_bytes: ${arrowBytes(counts, schema)}
    num_examples: ${counts.rows}
  download_size: ${bytes}
  dataset_size: ${arrowBytes(counts, schema)}`,
	);
	return `configs:
${files.join("\n")}
dataset_info:
${info.join("\n")}`;
}

function configsOf({
	planHash,
	settings,
	summary,
	shards,
}: Manifest): Config[] {
	const pathOf = (directory: string) => shardPattern(directory, planHash);
	const used = settings.buckets.flatMap(({ length, directory }, i) =>
		summary.buckets[i].rows === 0
			? []
			: [
					{
						name: bucketName(length),
						paths: [pathOf(directory)],
						counts: summary.buckets[i],
						bytes: shards.reduce(
							(sum, { bucket, bytes }) => sum + (bucket === length ? bytes : 0),
							0,
						),
					},
				],
	);
	const all = {
		name: "default",
		paths: used.flatMap(({ paths }) => paths),
		counts: summary,
		bytes: shards.reduce((sum, { bytes }) => sum + bytes, 0),
	};
	return settings.buckets.length === 1 ? [all] : [all, ...used];
}

function yamlFeature(name: string, type: ColumnType): string {
	const list = /^list<(.*)>$/.exec(type);
	return list === null
		? `  - name: ${name}\n    dtype: ${type}`
		: `  - name: ${name}\n    sequence: ${list[1]}`;
}

/** Bytes of the rows as Arrow arrays: values and offsets of the lists. */
function arrowBytes(counts: Config["counts"], schema: Schema): number {
	return schema.reduce((sum, { name, type }) => {
		const width = type === "list<int64>" ? 8 : 4;
		return sum + width * valuesOf(name, counts) + 4 * counts.rows;
	}, 0);
}

/** How many values all rows have of a column. */
function valuesOf(
	column: string,
	{ rows, sequences, tokens }: Config["counts"],
): number {
	const of = {
		token: tokens,
		sequence: sequences,
		border: sequences + rows,
	};
	return of[columns.find(column).entries];
}
