import { columns } from "../masks/columns.js";
import type { ColumnType, Schema } from "../tables/columns.js";
import { bucketName, bucketOfPath } from "./bucket-name.js";
import type { Manifest } from "./manifest.js";

// Only beside Parquet shards: all configs of a directory are read as one format.
const INDEX_CONFIG = `- config_name: index
  data_files:
  - split: train
    path: index/*.parquet`;

/** What a configuration of the dataset holds. */
interface Config {
	name: string;
	path: string;
	rows: number;
	sequences: number;
	tokens: number;
	/** Of its shards. */
	bytes: number;
}

/**
 * The YAML of a dataset card: which files make which configuration (all rows, and
 * each bucket), and what columns, rows and bytes they have.
 */
export function cardYaml(manifest: Manifest, schema: Schema): string {
	const configs = configsOf(manifest);
	const files = configs.map(
		({
			name,
			path,
		}) => `- config_name: ${name}${name === "default" ? "\n  default: true" : ""}
  data_files:
  - split: train
    path: ${path}`,
	);
	if (manifest.settings.format === "parquet") files.push(INDEX_CONFIG);
	const features = schema.map(({ name, type }) => yamlFeature(name, type));
	const info = configs.map(
		(config) => `- config_name: ${config.name}
  features:
${features.join("\n")}
  splits:
  - name: train
    num_bytes: ${arrowBytes(config, schema)}
    num_examples: ${config.rows}
  download_size: ${config.bytes}
  dataset_size: ${arrowBytes(config, schema)}`,
	);
	return `configs:
${files.join("\n")}
dataset_info:
${info.join("\n")}`;
}

function configsOf({ settings, totals, shards }: Manifest): Config[] {
	const bytesOf = (bucket: number | null) =>
		shards.reduce(
			(sum, { path, bytes }) =>
				bucket === null || bucketOfPath(path) === bucket ? sum + bytes : sum,
			0,
		);
	const { rows, sequences, rowTokens: tokens } = totals;
	const all = {
		name: "default",
		rows,
		sequences,
		tokens,
		bytes: bytesOf(null),
	};
	if (settings.buckets === null) return [{ ...all, path: "data/train-*" }];
	const buckets = settings.buckets.buckets.flatMap(({ length }) => {
		const bucket = totals.buckets[length];
		if (bucket === undefined || bucket.rows === 0) return [];
		const name = bucketName(length);
		const path = `data/${name}/train-*`;
		return [{ name, path, ...bucket, bytes: bytesOf(length) }];
	});
	return [{ ...all, path: "data/*/train-*" }, ...buckets];
}

function yamlFeature(name: string, type: ColumnType): string {
	const list = /^list<(.*)>$/.exec(type);
	return list === null
		? `  - name: ${name}\n    dtype: ${type}`
		: `  - name: ${name}\n    sequence: ${list[1]}`;
}

/** Bytes of the rows as Arrow arrays: values and offsets of the lists. */
function arrowBytes(config: Config, schema: Schema): number {
	return schema.reduce((sum, { name, type }) => {
		const width = type === "list<int64>" ? 8 : 4;
		return sum + width * entries(name, config) + 4 * config.rows;
	}, 0);
}

/** How many values all rows have of a column. */
function entries(column: string, { rows, sequences, tokens }: Config): number {
	const counts = {
		token: tokens,
		sequence: sequences,
		border: sequences + rows,
	};
	return counts[columns.find(column).entries];
}
