import { loadDatasetLine } from "./load-dataset.js";
import type { Trainer } from "./trainer.js";

export const transformers: Trainer = {
	title: "transformers",
	meaning:
		"Trainer with DataCollatorWithFlattening, given one sequence at a time",
	tried: "5.23.0",
	options: (isMasked) => (isMasked ? { columns: ["labels"] } : {}),
	key: "data_collator=PackedCollator()",
	fault: () => null,
	load: (manifest) => ({
		language: "python",
		lines: [
			"from datasets import load_dataset",
			"from transformers import DataCollatorWithFlattening, Trainer, TrainingArguments",
			"",
			"class PackedCollator(DataCollatorWithFlattening):",
			"    def __call__(self, features, **kwargs):",
			"        sequences = []",
			"        for row in features:",
			"            start = 0",
			'            for length in row["seq_lengths"]:',
			'                part = {name: row[name][start : start + length] for name in ("input_ids", "labels") if name in row}',
			"                sequences.append(part)",
			"                start += length",
			"        return super().__call__(sequences, **kwargs)",
			"",
			loadDatasetLine(manifest),
			"arguments = TrainingArguments(remove_unused_columns=False)",
			"trainer = Trainer(model, arguments, data_collator=PackedCollator(), train_dataset=rows)",
		],
	}),
	traps: [
		"DataCollatorWithFlattening alone takes each row for one document.",
		"With an attention_mask, or with a cache in a loop of your own, the sequences of a row see each other: give position_ids and use_cache=False.",
		"Mamba 2 without its kernels does not look at seq_idx: build buckets for it.",
	],
};
