import { longestCapacity } from "../settings.js";
import { shardsDirectory } from "./load-dataset.js";
import type { Trainer } from "./trainer.js";

/** Its collator pads tokens, labels and masks to a multiple of this, and leaves positions as they are. */
const MULTIPLE = 8;

export const llamaFactory: Trainer = {
	title: "LLaMA-Factory",
	meaning:
		"neat packing: packed rows, with the number of each token's sequence",
	tried: "0.9.5, its loader of tokenized rows and its collator, no whole run",
	options: () => ({
		format: "arrow",
		columns: ["segment_ids", "position_ids", "labels"],
	}),
	key: "neat_packing: true",
	fault: () => null,
	load: (manifest) => ({
		language: "python",
		lines: [
			"from datasets import load_from_disk",
			'columns = ["input_ids", "segment_ids", "position_ids", "labels"]',
			"",
			"def padded(row):",
			`    missing = ${MULTIPLE * Math.ceil(longestCapacity(manifest.settings) / MULTIPLE)} - len(row["input_ids"])`,
			'    return {name: row[name] + [-100 if name == "labels" else 0] * missing for name in row}',
			"",
			`rows = load_from_disk("${shardsDirectory(manifest)}").select_columns(columns)`,
			'rows = rows.rename_column("segment_ids", "attention_mask")',
			'rows.map(padded).save_to_disk("tokenized")',
			"# then, in its YAML:",
			"#   tokenized_path: tokenized",
			`#   cutoff_len: ${longestCapacity(manifest.settings)}`,
			"#   packing: true",
			"#   neat_packing: true",
		],
	}),
	traps: [
		"Its collator refuses further columns, and takes the sequences of a row apart by attention_mask, which holds their numbers.",
		`Short rows are padded before: it pads all but position_ids, and only to a multiple of ${MULTIPLE}.`,
		"Without neat_packing the sequences of a row see each other.",
	],
};
