import { longestCapacity } from "../settings.js";
import { PLACE } from "./load-dataset.js";
import type { Trainer } from "./trainer.js";

export const axolotl: Trainer = {
	title: "Axolotl",
	meaning: "one sequence per row, for Axolotl to pack",
	tried: "0.19.0, its dataset preparation and its collator, no whole run",
	options: () => ({
		packer: "padded",
		columns: ["attention_mask", "labels"],
	}),
	key: "sample_packing: true",
	fault: () => null,
	load: ({ settings }) => ({
		language: "yaml",
		lines: [
			"datasets:",
			`  - path: ${PLACE}`,
			"    type:",
			`sequence_len: ${longestCapacity(settings)}`,
			"sample_packing: true",
			"remove_unused_columns: true",
		],
	}),
	traps: [
		"Rows of several sequences are packed again, each as one document.",
		"With remove_unused_columns: false its collator refuses the columns that say where rows are from.",
	],
};
