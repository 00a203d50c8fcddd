import { required, text } from "../src/core/option.js";
import { figuresTable } from "../src/options/figures.js";
import { readFigures } from "../src/report/figures/read-figures.js";
import { commandOf } from "./command.js";
import { drawFigures } from "./inspect/draw-figures.js";
import { outputTable } from "./output-options.js";
import { withProgress } from "./run-build.js";
import { writeOut } from "./streams.js";
import { terminalOf } from "./terminal.js";

export const inspectCommandTable = {
	path: required(
		text({
			placeholder: "path",
			help: "a dataset, a store, a packing, a plan, packed records, an export, a shard, or files of a corpus",
		}),
	),
	...figuresTable,
	...outputTable,
};

export const inspectCommand = () =>
	commandOf({
		name: "inspect",
		description:
			"Show what is at a path: figures, lengths, buckets, sources and the first rows. For a corpus, recommend what to build.",
		table: inspectCommandTable,
		arguments: ["path"],
		notes:
			"Counts come from the manifest; lengths are read. Rows are shown as text with --tokenizer, else as token ids.",
		examples: [
			"seqpack inspect data/",
			"seqpack inspect data/ --tokenizer tokenizer.json --rows 100..109",
			"seqpack inspect corpus/ --tokenizer tokenizer.json",
		],
		async run({ path, json, ...options }) {
			const figures = await withProgress((onProgress) =>
				readFigures(path, { ...options, onProgress }),
			);
			const { version, ...read } = figures;
			const { rows, document } = options;
			const isAsked = rows !== undefined || document !== undefined;
			const terminal = terminalOf(process.stdout);
			await writeOut(
				json
					? `${JSON.stringify({ version, command: "inspect", ...read })}\n`
					: `${drawFigures(figures, terminal, isAsked).join("\n")}\n`,
			);
			return 0;
		},
	});
