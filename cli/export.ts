import { exportRows } from "../src/engines/pack-store.js";
import { exportTable } from "../src/options/pack-store.js";
import { commandOf, NUMBERS_NOTE } from "./command.js";
import { outputTable } from "./output-options.js";
import { runBuild } from "./run-build.js";

export const exportCommandTable = { ...exportTable, ...outputTable };

export const exportCommand = () =>
	commandOf({
		name: "export",
		description:
			"Write the rows of a packing out with their tokens, as building from text does.",
		table: exportCommandTable,
		arguments: ["packing"],
		notes: NUMBERS_NOTE,
		examples: ["seqpack export packing/ --out rows/"],
		run: ({ json, quiet, ...options }) =>
			runBuild("export", { json, quiet }, (running) =>
				exportRows({ ...options, ...running }),
			),
	});
