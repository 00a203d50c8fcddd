import { arrow } from "../../tables/arrow.js";
import { savedDataset } from "../load-from-disk.js";
import type { ExportFormat } from "./export-format.js";
import { inShards } from "./shards.js";
import { schemaOf, tableOptions, tableShard } from "./table-shard.js";

/** What `save_to_disk` of Hugging Face `datasets` writes: Arrow streams, and two files that list them. */
export const loadFromDisk: ExportFormat<typeof tableOptions> = {
	meaning:
		"Hugging Face datasets: what load_from_disk opens, for TRL, Axolotl and transformers",
	options: tableOptions,
	hasShards: true,
	shortRows: ["keep", "pad", "drop"],
	cutsRows: false,
	partsDocuments: true,
	borders: "the column `seq_lengths`",
	mask: "the column `loss_mask`",
	shardTokens: 2 ** 26,
	fault: () => null,
	notices: () => [],

	open({ source, part, files, options }) {
		const schema = schemaOf(source, options);
		const directory = `${part.directory}${part.split}/`;
		const names: string[] = [];
		return inShards(
			source,
			async (number) => {
				const name = `data-${String(number).padStart(5, "0")}.arrow`;
				names.push(name);
				return tableShard(arrow, await files.create(directory + name), schema);
			},
			async () => {
				const saved = savedDataset(schema, part.split, names, source.planHash);
				for (const [name, content] of Object.entries(saved))
					await files.write(directory + name, content);
			},
		);
	},

	beside(parts) {
		const splits = new Map<string, string[]>();
		for (const { directory, split } of parts)
			splits.set(directory, [...(splits.get(directory) ?? []), split]);
		return Object.fromEntries(
			[...splits]
				.filter(([, of]) => of.length > 1)
				.map(([directory, of]) => [
					`${directory}dataset_dict.json`,
					JSON.stringify({ splits: of }),
				]),
		);
	},

	reading: ({ directory, split }) => [`load_from_disk("${directory}${split}")`],
};
