import { UsageError } from "../src/core/errors.js";
import { text } from "../src/core/option.js";
import { resolveOptions } from "../src/core/resolve-options.js";
import { readIfThere, removePartials } from "../src/storage/storage.js";
import { storageAt } from "../src/storage/storages.js";
import { commandOf } from "./command.js";
import { configTemplate } from "./config-template.js";
import { toldTable } from "./output-options.js";
import { say } from "./say.js";

export const initTable = {
	file: text({
		placeholder: "file",
		default: "seqpack.yaml",
		help: "the file to write",
	}),
	...toldTable,
};

export const initCommand = () =>
	commandOf({
		name: "init",
		description:
			"Write a commented configuration file for build, to begin with.",
		table: initTable,
		arguments: ["file"],
		examples: ["seqpack init", "seqpack build --config seqpack.yaml"],
		async run(given) {
			const { file } = resolveOptions(initTable, given);
			const storage = storageAt(file);
			const isNew = await storage.createExclusive(file, configTemplate());
			await removePartials(storage, file);
			const there = isNew ? null : await readIfThere(storage, file);
			if (there !== null && there.toString("utf8") !== configTemplate())
				throw new UsageError(
					"output-in-use",
					`${file} is there already: name another file, or remove it.`,
				);
			const done = isNew ? `Wrote ${file}` : `${file} is written already`;
			say(`${done}. Fix it, then: seqpack build --config ${file}\n`);
			return 0;
		},
	});
