import { loadDatasetLine } from "./load-dataset.js";
import type { Trainer } from "./trainer.js";

export const trl: Trainer = {
	title: "TRL",
	meaning: "SFTTrainer: packed rows, and labels if not all is trained on",
	tried: "1.16.0",
	options: (isMasked) => (isMasked ? { columns: ["labels"] } : {}),
	key: "SFTConfig(padding_free=True, max_length=None)",
	fault: () => null,
	load: (manifest) => ({
		language: "python",
		lines: [
			"from datasets import load_dataset",
			"from trl import SFTConfig, SFTTrainer",
			loadDatasetLine(manifest),
			"config = SFTConfig(padding_free=True, max_length=None)",
			"trainer = SFTTrainer(model, args=config, train_dataset=rows)",
		],
	}),
	traps: [
		"Without padding_free=True the sequences of a row see each other.",
		"max_length is 1,024 unless it is None, and longer rows are cut.",
		"packing=True packs again, and takes each row for one document.",
		"The column loss_mask is not looked at: labels are what it trains on.",
	],
};
