import { stratumText } from "../documents/strata/strata-settings.js";
import { rowColumn } from "../masks/columns.js";
import { cardYaml } from "./card-yaml.js";
import { datasetFormats, shardSchema } from "./formats.js";
import { layouts } from "./layouts/layouts.js";
import type { Manifest } from "./manifest.js";
import { notedCounts } from "./noted.js";
import { TRAIN } from "./splits.js";
import { loadDatasetLine, longestOfTraining } from "./trainers/load-dataset.js";
import { trainers } from "./trainers/trainers.js";

/**
 * The dataset card, README.md. Its YAML tells Hugging Face `datasets` which
 * files are rows, so that `load_dataset(directory)` works as it is.
 */
export function datasetCard(manifest: Manifest): string {
	const { settings, totals, summary, shards, sources, injected } = manifest;
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
			({
				split,
				stratum,
				length,
				sequences,
				tokens,
				share,
			}): [string, string] => [
				`${split === TRAIN ? "" : `${split}, `}${stratum === undefined ? "" : `${inTable(stratumText(settings.strata, stratum))}, `}bucket ${grouped(length)}`,
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
		...Object.entries(totals.strata ?? {}).map(
			([name, { documents, missing = 0 }]): [string, string] => [
				`stratum ${inTable(name)}`,
				`${grouped(documents)} documents${missing > 0 ? `, ${grouped(missing)} too few` : ""}`,
			],
		),
		...(injected === undefined
			? []
			: [
					["injected", `${grouped(injected.rows)} spans`] satisfies [
						string,
						string,
					],
				]),
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
	.map(({ name }) => `| \`${name}\` | ${rowColumn(name).meaning} |`)
	.join("\n")}
${settings.shift ? "\nloss_mask, labels and loss_weight are shifted: each value stands with the token before.\n" : ""}
\`\`\`python
${snippet(manifest).join("\n")}
\`\`\`
${trainerSection(manifest)}
\`seqpack.json\` records settings, totals and a checksum of every file; \`seqpack verify\` checks them.
`;
}

function snippet(manifest: Manifest): string[] {
	const { settings } = manifest;
	const { directory } = longestOfTraining(settings);
	return [
		"from datasets import load_dataset",
		loadDatasetLine(manifest),
		...datasetFormats.find(settings.format).loadLines(directory),
	];
}

/** How the trainer loads the rows that they are for. */
function trainerSection(manifest: Manifest): string {
	const { trainer } = manifest.settings;
	if (trainer === undefined) return "";
	const { title, tried, load, traps } = trainers.find(trainer);
	const { language, lines } = load(manifest);
	return `
## For ${title}

\`\`\`${language}
${lines.join("\n")}
\`\`\`

${traps.map((trap) => `- ${trap}`).join("\n")}

Tried: ${tried}.
`;
}

function inTable(text: string): string {
	return text.replaceAll("|", "\\|");
}

function percent(share: number): string {
	return `${(100 * share).toFixed(2)} %`;
}

function grouped(number: number): string {
	return number.toLocaleString("en-US");
}
