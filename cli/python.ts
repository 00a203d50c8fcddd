import { counted } from "../src/core/number-texts.js";
import { required, text } from "../src/core/option.js";
import { resolveOptions } from "../src/core/resolve-options.js";
import { withoutSlashes } from "../src/core/text.js";
import { writePythonPackage } from "../src/python-package.js";
import { commandOf } from "./command.js";
import { toldTable } from "./output-options.js";
import { say } from "./say.js";

export const pythonTable = {
	out: required(text({ placeholder: "dir", help: "the directory to write" })),
	...toldTable,
};

export const pythonCommand = () =>
	commandOf({
		name: "python",
		description:
			"Write the Python package that reads plans and datasets without Node, for pip to install.",
		table: pythonTable,
		arguments: [],
		examples: ["seqpack python --out reader/", "pip install ./reader"],
		async run(given) {
			const { out } = resolveOptions(pythonTable, given);
			const directory = withoutSlashes(out);
			const files = await writePythonPackage(directory);
			// What has no slash could be the name of a package.
			const place = directory.includes("/") ? directory : `./${directory}`;
			say(
				`Wrote ${directory}, ${counted(files, "file")}. Install it with: pip install ${place}\n`,
			);
			return 0;
		},
	});
