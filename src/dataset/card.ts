import { columns } from "../masks/columns.js";
import { cardYaml } from "./card-yaml.js";
import { datasetFormats, shardSchema } from "./formats.js";
import { layouts } from "./layouts/layouts.js";
import type { Manifest } from "./manifest.js";
import { bucketName } from "./names.js";
import { notedCounts } from "./noted.js";
import { ofTraining, TRAIN } from "./splits.js";

/**
 * The dataset card, README.md. Its YAML tells Hugging Face `datasets` which
 * files are rows, so that `load_dataset(directory)` works as it is.
 */
export function datasetCard(manifest: Manifest): string {
	const { settings, totals, summary, shards, sources } = manifest;
	const layout = layouts.find(settings.layout);
	const facts: [string, string][] = [
		["documents", grouped(totals.documents)],
		["tokens in rows", grouped(summary.tokens)],
		["rows", grouped(summary.rows)],
		...(layout.packs
			? [
					["fill", percent(summary.fill)] satisfies [string, string],
					["sequences per row", summary.sequencesPerRow.toFixed(2)] satisfies [
						string,
						string,
					],
				]
			: []),
		...(summary.buckets.length === 1 ? [] : summary.buckets).map(
			({ split, length, sequences, tokens, share }): [string, string] => [
				`${split === TRAIN ? "" : `${split}, `}bucket ${grouped(length)}`,
				`${grouped(sequences)} sequences, ${grouped(tokens)} tokens (${percent(share)})`,
			],
		),
		...(sources.length === 1 ? [] : sources).map(
			({ name, documents, tokens, rows }): [string, string] => [
				`source ${name}`,
				`${grouped(documents)} documents, ${grouped(tokens)} tokens (${percent(tokens / summary.tokens)}) in ${grouped(rows)} rows`,
			],
		),
		...(settings.isMasked
			? [
					[
						"labels",
						`${grouped(summary.labels)} tokens (${percent(summary.labels / Math.max(1, summary.tokens))})`,
					] satisfies [string, string],
				]
			: []),
		...Object.entries(totals.noted)
			.filter(([, count]) => count > 0)
			.map(([name, count]): [string, string] => [
				notedCounts[name].isWarning
					? `answers ${notedCounts[name].meaning}`
					: notedCounts[name].meaning,
				grouped(count),
			]),
		...Object.entries(totals.dropped).map(
			([reason, { documents, tokens }]): [string, string] => [
				`dropped: ${reason}`,
				`${grouped(documents)} documents, ${grouped(tokens)} tokens`,
			],
		),
		...Object.entries(totals.leftOutRecords).map(
			([reason, records]): [string, string] => [
				`left out by ${reason}`,
				`${grouped(records)} records`,
			],
		),
		...Object.entries(totals.skippedRecords).map(
			([reason, records]): [string, string] => [
				`skipped: ${reason}`,
				`${grouped(records)} records`,
			],
		),
		["shards", `${grouped(shards.length)} ${settings.format} files`],
	];
	return `---
${cardYaml(manifest)}
---

# ${layout.title}

Made by seqpack ${manifest.seqpackVersion}. ${layout.about(settings)}${manifest.store === undefined ? "" : ` This is an index: it says which tokens of which documents a row holds, and the tokens are in the store \`${manifest.store.path}\`. \`seqpack export\` writes the rows out.`}

| | |
|---|---|
${facts.map(([name, value]) => `| ${name} | ${value} |`).join("\n")}

| column | holds |
|---|---|
${shardSchema(settings)
	.map(({ name }) => `| \`${name}\` | ${columns.find(name).meaning} |`)
	.join("\n")}

\`\`\`python
${snippet(manifest).join("\n")}
\`\`\`

\`seqpack.json\` records settings, totals and a checksum of every file; \`seqpack verify\` checks them.
`;
}

function snippet({ settings }: Manifest): string[] {
	const buckets = ofTraining(settings.buckets);
	const { length, directory } = buckets[buckets.length - 1];
	const config = buckets.length === 1 ? "" : `, "${bucketName(length)}"`;
	return [
		"from datasets import load_dataset",
		`rows = load_dataset("path/to/this/directory"${config}, split="train")`,
		...datasetFormats.find(settings.format).loadLines(directory),
	];
}

function percent(share: number): string {
	return `${(100 * share).toFixed(2)} %`;
}

function grouped(number: number): string {
	return number.toLocaleString("en-US");
}
