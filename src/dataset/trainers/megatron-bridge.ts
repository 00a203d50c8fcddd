import { shardsDirectory } from "./load-dataset.js";
import type { Trainer } from "./trainer.js";

export const megatronBridge: Trainer = {
	title: "Megatron Bridge",
	meaning: "packed Parquet for GPTSFTPackedParquetDataset, with shifted masks",
	tried: "not run: its source of August 2026 was read",
	options: () => ({
		format: "parquet",
		columns: ["loss_mask", "seq_start_id"],
		shift: true,
		// Of a sequence of one token it makes an empty one.
		minSequence: 2,
	}),
	key: "GPTSFTPackedParquetDataset(",
	fault: () => null,
	load: (manifest) => ({
		language: "python",
		lines: [
			"from megatron.bridge.data.packing.parquet import GPTSFTPackedParquetDataset",
			`rows = GPTSFTPackedParquetDataset("${shardsDirectory(manifest)}", tokenizer)`,
		],
	}),
	traps: [
		"It wants a loss_mask that is shifted: with another one the first label of each sequence is lost.",
	],
};
