import { maskColumns } from "../masks/columns.js";
import type { ColumnType, Schema } from "../shards/columns.js";
import { packedSchema } from "../shards/packed-rows.js";
import type { Manifest, Totals } from "./manifest.js";

// Only beside Parquet shards: all configs of a directory are read as one format.
const INDEX_CONFIG = `
- config_name: index
  data_files:
  - split: train
    path: index/*.parquet`;

/** What the columns hold that are there when asked for. */
const MEANINGS: Record<string, string> = {
	position_ids: "positions, from 0 in each sequence",
	segment_ids: "the number of each token's sequence in the row, from 1",
	loss_mask: "1 where the token is a label, 0 for the first of each sequence",
	labels: "unshifted labels: the tokens, -100 for the first of each sequence",
	seq_start_id: "where each sequence begins in the row",
	cu_seqlens: "0, and where each sequence ends",
	cu_seqlens_padded:
		"the same once each sequence is padded to the multiple of the settings",
	loss_weight:
		"weights of the labels; divide by their sum over all rows of a step",
};

const LOAD_FROM_DISK_HINT = `
# or, without a copy in a cache:
from datasets import load_from_disk
rows = load_from_disk("path/to/this/directory/data")
`;

/**
 * The dataset card, README.md. Its YAML tells Hugging Face `datasets` which
 * files are rows, so that `load_dataset(directory)` works as it is.
 */
export function datasetCard(manifest: Manifest, schema: Schema): string {
	const { settings, totals, summary, shards } = manifest;
	const bytes = shards.reduce((sum, shard) => sum + shard.bytes, 0);
	const percent = (part: number) => `${(100 * part).toFixed(2)} %`;
	const number = (n: number) => n.toLocaleString("en-US");
	const dropped = Object.entries(totals.dropped).map(
		([reason, { documents, tokens }]) =>
			`| dropped: ${reason} | ${number(documents)} documents, ${number(tokens)} tokens |`,
	);
	const skipped = Object.entries(totals.skippedRecords).map(
		([reason, records]) =>
			`| skipped: ${reason} | ${number(records)} records |`,
	);
	return `---
configs:
- config_name: default
  default: true
  data_files:
  - split: train
    path: data/train-*${settings.format === "parquet" ? INDEX_CONFIG : ""}
dataset_info:
- config_name: default
  features:
${schema.map(({ name, type }) => yamlFeature(name, type)).join("\n")}
  splits:
  - name: train
    num_bytes: ${arrowBytes(manifest, schema)}
    num_examples: ${totals.rows}
  download_size: ${bytes}
  dataset_size: ${arrowBytes(manifest, schema)}
---

# Packed token sequences

Made by seqpack ${manifest.seqpackVersion}. A row holds up to ${number(settings.seqLen)} tokens of one or
more documents, without padding; \`seq_lengths\` says where each sequence ends.

| | |
|---|---|
| documents | ${number(totals.documents)} |
| tokens in rows | ${number(totals.rowTokens)} |
| rows | ${number(totals.rows)} |
| fill | ${percent(summary.fill)} |
| sequences per row | ${summary.sequencesPerRow.toFixed(2)} |
${[...dropped, ...skipped, `| shards | ${number(shards.length)} ${settings.format} files |`].join("\n")}

| column | holds |
|---|---|
| \`input_ids\` | the row's tokens, unshifted |
| \`seq_lengths\` | tokens of each sequence in it |
| \`doc_ids\` | document of each sequence: \`doc_id\` in \`index/\` |
| \`doc_offsets\` | where in its document the sequence begins |
${schema
	.slice(packedSchema.length)
	.map(({ name }) => `| \`${name}\` | ${MEANINGS[name]} |\n`)
	.join("")}
\`\`\`python
from datasets import load_dataset
rows = load_dataset("path/to/this/directory", split="train")
${settings.format === "arrow" ? LOAD_FROM_DISK_HINT : ""}\`\`\`

\`seqpack.json\` records settings, totals and a checksum of every file; \`seqpack verify\` checks them.
`;
}

function yamlFeature(name: string, type: ColumnType): string {
	const list = /^list<(.*)>$/.exec(type);
	return list === null
		? `  - name: ${name}\n    dtype: ${type}`
		: `  - name: ${name}\n    sequence: ${list[1]}`;
}

/** Bytes of the rows as Arrow arrays: values and offsets of the lists. */
function arrowBytes({ totals }: Manifest, schema: Schema): number {
	return schema.reduce((sum, { name, type }) => {
		const width = type === "list<int64>" ? 8 : 4;
		return sum + width * entries(name, totals) + 4 * totals.rows;
	}, 0);
}

/** How many values all rows have of a column. */
function entries(column: string, totals: Totals): number {
	if (column === "input_ids" || column === "loss_weight")
		return totals.rowTokens;
	const kind = maskColumns[column]?.entries ?? "sequence";
	if (kind === "token") return totals.rowTokens;
	return totals.sequences + (kind === "border" ? totals.rows : 0);
}
