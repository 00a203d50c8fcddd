import { bucketsOfGroup } from "../row-groups.js";
import { longestOfTraining, PLACE } from "./load-dataset.js";
import type { Trainer } from "./trainer.js";

export const torchtune: Trainer = {
	title: "torchtune",
	meaning: "packed rows, loaded by a component of the Python reader",
	tried: "0.6.1, the loader and loss of its recipe, on one device",
	options: () => ({ format: "arrow" }),
	key: "_component_: seqpack_reader.torchtune.PackedRows",
	fault: () => null,
	load: ({ settings }) => ({
		language: "yaml",
		lines: [
			"# with the reader installed, which the command `seqpack python` writes",
			"dataset:",
			"  _component_: seqpack_reader.torchtune.PackedRows",
			`  source: ${PLACE}`,
			"  packed: true",
			...(bucketsOfGroup(settings.buckets).length === 1
				? []
				: [`  length: ${longestOfTraining(settings).length}`]),
		],
	}),
	traps: [
		"Recipes of 0.6 shift labels, those of its main branch take shifted ones: PackedRows goes by the version, and where that was not tried it wants to be told with shifted: true or false.",
		"Without packed: true recipes leave out where sequences begin: PackedRows refuses that.",
		"Recipes leave out the rows of an epoch that do not fill the last batch.",
	],
};
