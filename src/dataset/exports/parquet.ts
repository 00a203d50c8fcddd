import { parquet as table } from "../../tables/parquet.js";
import type { ExportFormat } from "./export-format.js";
import { inShards } from "./shards.js";
import { schemaOf, tableOptions, tableShard } from "./table-shard.js";

/** Parquet that `datasets` loads: the columns of rows, and no others than those asked for. */
export const parquet: ExportFormat<typeof tableOptions> = {
	meaning:
		"Parquet: what load_dataset opens, for trainers that want padded rows, certain columns or equal shards",
	options: tableOptions,
	shortRows: ["keep", "pad", "drop"],
	hasShards: true,
	cutsRows: false,
	partsDocuments: true,
	borders: "the column `seq_lengths`",
	mask: "the column `loss_mask`",
	shardTokens: 2 ** 26,
	fault: () => null,
	notices: () => [],

	open({ source, part: { directory, split }, files, options }) {
		const schema = schemaOf(source, options);
		return inShards(source, async (number) => {
			const name = `${split}-${String(number).padStart(5, "0")}.parquet`;
			return tableShard(table, await files.create(directory + name), schema);
		});
	},

	reading: ({ directory, split }) => [
		`load_dataset("parquet", data_files="${directory}${split}-*.parquet", split="train")`,
	],
};
