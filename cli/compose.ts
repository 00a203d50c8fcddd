import {
	type ComposeResult,
	composeFiles,
} from "../src/compose/compose-files.js";
import { sum } from "../src/core/arithmetic.js";
import { composeTable } from "../src/options/compose.js";
import { commandOf, NUMBERS_NOTE } from "./command.js";
import { describeComposed } from "./describe-compose.js";
import { outputTable } from "./output-options.js";
import { runTold } from "./run-build.js";

export const composeCommandTable = { ...composeTable, ...outputTable };

export const composeCommand = () =>
	commandOf({
		name: "compose",
		description:
			"Compose new records from records by a recipe, before they are tokenized: join, template, fit, hide, inject, leave words out.",
		table: composeCommandTable,
		arguments: ["recipe", "inputs"],
		notes: `${NUMBERS_NOTE}

A recipe is a list of steps: docs/guide/compose.md has them all. What comes out is JSON Lines with
id, parts (the records that each is made of), and text, segments or messages; seqpack build reads
all three. The same recipe, input and seed give the same bytes on any number of threads. A run that is
stopped leaves nothing, and starts again from the beginning.`,
		isReported: true,
		examples: [
			"seqpack compose recipe.yaml corpus/*.jsonl.gz --out composed.jsonl.gz",
			"seqpack compose recipe.yaml corpus/ --out composed/ --gzip --seed 7",
			"seqpack build composed/ --tokenizer tokenizer.json --seq-len 8192 --parts-field parts --out data/",
		],
		run: ({ json, ...options }) =>
			runTold(
				json,
				({ logLevel: _, ...running }) =>
					composeFiles({ ...options, ...running }),
				describeComposed,
				summary,
				({ skipped }) => sum(Object.values(skipped)),
			),
	});

/** What `--json` prints; its fields only grow within a version. */
function summary(result: ComposeResult) {
	return { version: 1, command: "compose", ...result };
}
