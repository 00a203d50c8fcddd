import { sum } from "../core/arithmetic.js";
import { strataOf } from "../documents/strata/strata-settings.js";
import { rowColumn } from "../masks/columns.js";
import type { ColumnType, Schema } from "../tables/columns.js";
import { datasetFormats, shardSchema } from "./formats.js";
import { indexTable } from "./index-rows.js";
import type { Manifest } from "./manifest.js";
import { bucketName, INDEX, indexPatterns, shardPatterns } from "./names.js";
import { bucketsOfGroup, strataOfRows } from "./row-groups.js";
import type { BucketSettings } from "./settings.js";
import type { RowCounts } from "./totals.js";

/** A configuration of the dataset: some of its shards. */
interface Config {
	name: string;
	splits: SplitFiles[];
}

interface SplitFiles {
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
	const { settings, index, injected } = manifest;
	const schema = shardSchema(settings);
	const configs = configsOf(manifest);
	const files = configs.map(({ name, splits }, i) =>
		[
			`- config_name: ${yamlText(name)}`,
			...(i === 0 ? ["  default: true"] : []),
			"  data_files:",
			...splits.flatMap(({ name, paths }) => [
				`  - split: ${name}`,
				...yamlPaths(paths),
			]),
		].join("\n"),
	);
	// All configurations of a directory are read as one format.
	if (datasetFormats.find(settings.format).extension === indexTable.extension)
		files.push(
			[
				`- config_name: ${INDEX}`,
				"  data_files:",
				"  - split: train",
				...yamlPaths(
					indexPatterns(
						index.map(({ path }) => path),
						injected !== undefined,
					),
				),
			].join("\n"),
		);
	const features = schema.map(({ name, type }) => yamlFeature(name, type));
	const info = configs.map(({ name, splits }) =>
		[
			`- config_name: ${yamlText(name)}`,
			"  features:",
			...features,
			"  splits:",
			...splits.map(
				({ name, counts }) => `  - name: ${name}
    num_bytes: ${arrowBytes(counts, schema)}
    num_examples: ${counts.rows}`,
			),
			`  download_size: ${sum(splits.map(({ bytes }) => bytes))}`,
			`  dataset_size: ${sum(splits.map(({ counts }) => arrowBytes(counts, schema)))}`,
		].join("\n"),
	);
	return `configs:
${files.join("\n")}
dataset_info:
${info.join("\n")}`;
}

/** A text in YAML, in quotes where it could be read as something else. */
function yamlText(text: string): string {
	return /^[a-z][a-z-]*(-\d+)?$/.test(text) && !YAML_WORDS.includes(text)
		? text
		: JSON.stringify(text);
}

/** Texts that YAML reads as values. */
const YAML_WORDS = [
	"true",
	"false",
	"yes",
	"no",
	"on",
	"off",
	"null",
	"y",
	"n",
];

function yamlPaths(paths: readonly string[]): string[] {
	return paths.length === 1
		? [`    path: ${paths[0]}`]
		: ["    path:", ...paths.map((path) => `    - ${path}`)];
}

function configsOf(manifest: Manifest): Config[] {
	const { settings, summary } = manifest;
	const used = settings.buckets.filter((_, i) => summary.buckets[i].rows > 0);
	const splits = [...new Set(used.map(({ split }) => split))];
	const configOf = (name: string, which: Which): Config => ({
		name,
		splits: splits
			.map((split) => splitFiles(manifest, split, which))
			.filter(({ paths }) => paths.length > 0),
	});
	const configs = [configOf("default", {})];
	if (bucketsOfGroup(settings.buckets).length > 1)
		for (const length of new Set(used.map(({ length }) => length)))
			configs.push(configOf(bucketName(length), { length }));
	const places = strataOfRows(used);
	for (const [place, { name }] of strataOf(settings.strata).entries())
		if (places.includes(place))
			configs.push(
				configOf(configName(name, place, configs), { stratum: place }),
			);
	return configs;
}

/** Which buckets a configuration has of a split; what is left out does not matter. */
type Which = Partial<Pick<BucketSettings, "length" | "stratum">>;

/**
 * The configuration of a stratum: its name, unless `datasets` takes no such name, or another
 * has it or may have it.
 */
function configName(
	stratum: string,
	place: number,
	others: readonly Config[],
): string {
	const isTaken = [...others.map(({ name }) => name), INDEX].includes(stratum);
	const isAnothers = /^stratum-\d+$/.test(stratum);
	return isTaken || isAnothers || /[<>:/\\|?*]/.test(stratum)
		? `stratum-${place}`
		: stratum;
}

function splitFiles(
	{ settings, summary, shards }: Manifest,
	split: string,
	{ length, stratum }: Which,
): SplitFiles {
	const isOf = (bucket: Which & { split: string }) =>
		bucket.split === split &&
		(length === undefined || bucket.length === length) &&
		(stratum === undefined || bucket.stratum === stratum);
	const own = summary.buckets.filter((bucket) => isOf(bucket));
	const files = shards.filter((shard) =>
		isOf({ ...shard, length: shard.bucket }),
	);
	const used = settings.buckets.filter(
		(bucket, i) => isOf(bucket) && summary.buckets[i].rows > 0,
	);
	return {
		name: split,
		paths: [...new Set(used.map(({ directory }) => directory))].flatMap(
			(directory) =>
				shardPatterns(
					directory,
					{ split, ...(stratum !== undefined && { stratum }) },
					files.map(({ path }) => path).filter(isIn(directory)),
				),
		),
		counts: {
			rows: sum(own.map(({ rows }) => rows)),
			sequences: sum(own.map(({ sequences }) => sequences)),
			tokens: sum(own.map(({ tokens }) => tokens)),
		},
		bytes: sum(files.map(({ bytes }) => bytes)),
	};
}

/** Whether a file is right in a directory. */
function isIn(directory: string): (path: string) => boolean {
	return (path) => path.slice(0, path.lastIndexOf("/")) === directory;
}

function yamlFeature(name: string, type: ColumnType): string {
	const list = /^list<(.*)>$/.exec(type);
	return list === null
		? `  - name: ${name}\n    dtype: ${type}`
		: `  - name: ${name}\n    sequence: ${list[1]}`;
}

/** Bytes of the rows as Arrow arrays: values and offsets of the lists. */
function arrowBytes(counts: SplitFiles["counts"], schema: Schema): number {
	return schema.reduce((sum, { name, type }) => {
		const width = type === "list<int64>" ? 8 : 4;
		return sum + width * valuesOf(name, counts) + 4 * counts.rows;
	}, 0);
}

/** How many values all rows have of a column. */
function valuesOf(
	column: string,
	{ rows, sequences, tokens }: SplitFiles["counts"],
): number {
	const of = {
		token: tokens,
		sequence: sequences,
		border: sequences + rows,
		// A begin and an end at least: rows do not say how long they are.
		chunk: 2 * rows,
		// A document a node at least: more of them are through the same ones.
		path: sequences,
	};
	return of[rowColumn(column).entries];
}
