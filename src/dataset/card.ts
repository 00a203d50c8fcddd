import { columns } from "../masks/columns.js";
import type { Schema } from "../tables/columns.js";
import { bucketName } from "./bucket-name.js";
import { cardYaml } from "./card-yaml.js";
import type { Manifest } from "./manifest.js";

/**
 * The dataset card, README.md. Its YAML tells Hugging Face `datasets` which
 * files are rows, so that `load_dataset(directory)` works as it is.
 */
export function datasetCard(manifest: Manifest, schema: Schema): string {
	const { settings, totals, summary, shards } = manifest;
	const percent = (part: number) => `${(100 * part).toFixed(2)} %`;
	const number = (n: number) => n.toLocaleString("en-US");
	const dropped = Object.entries(totals.dropped).map(
		([reason, { documents, tokens }]) =>
			`| dropped: ${reason} | ${number(documents)} documents, ${number(tokens)} tokens |`,
	);
	const buckets = (summary.buckets?.buckets ?? []).map(
		({ length, sequences, tokens, share }) =>
			`| bucket ${number(length)} | ${number(sequences)} sequences, ${number(tokens)} tokens (${percent(share)}) |`,
	);
	const skipped = Object.entries(totals.skippedRecords).map(
		([reason, records]) =>
			`| skipped: ${reason} | ${number(records)} records |`,
	);
	return `---
${cardYaml(manifest, schema)}
---

${heading(manifest)}

| | |
|---|---|
| documents | ${number(totals.documents)} |
| tokens in rows | ${number(totals.rowTokens)} |
| rows | ${number(totals.rows)} |
| fill | ${percent(summary.fill)} |
| sequences per row | ${summary.sequencesPerRow.toFixed(2)} |
${[...buckets, ...dropped, ...skipped, `| shards | ${number(shards.length)} ${settings.format} files |`].join("\n")}

| column | holds |
|---|---|
${schema
	.map(({ name }) => `| \`${name}\` | ${columns.find(name).meaning} |\n`)
	.join("")}
\`\`\`python
${snippet(manifest)}\`\`\`

\`seqpack.json\` records settings, totals and a checksum of every file; \`seqpack verify\` checks them.
`;
}

function heading({ seqpackVersion, settings }: Manifest): string {
	return settings.buckets === null
		? `# Packed token sequences

Made by seqpack ${seqpackVersion}. A row holds up to ${settings.seqLen.toLocaleString("en-US")} tokens of one or
more documents, without padding; \`seq_lengths\` says where each sequence ends.`
		: `# Token sequences by length

Made by seqpack ${seqpackVersion}. Documents are cut into sequences of a few lengths, those of a
length in a configuration of their own: a batch of one needs no padding and no mask.`;
}

function snippet({ settings }: Manifest): string {
	const lengths = settings.buckets?.buckets.map(({ length }) => length) ?? [];
	const config =
		lengths.length === 0
			? ""
			: `, "${bucketName(lengths[lengths.length - 1])}"`;
	const load = `from datasets import load_dataset
rows = load_dataset("path/to/this/directory"${config}, split="train")
`;
	if (settings.format !== "arrow") return load;
	const directory = config === "" ? "data" : `data/${config.slice(3, -1)}`;
	return `${load}
# or, without a copy in a cache:
from datasets import load_from_disk
rows = load_from_disk("path/to/this/directory/${directory}")
`;
}
