import { integer } from "../../core/option.js";
import type { Grouping } from "../grouping.js";
import { directoryOf, firstRecord, path, pathOf } from "./paths.js";

const options = {
	path,
	depth: integer({
		least: 1,
		help: "only the first so many directories of a path count",
		defaultText: "all",
	}),
};

export const folder: Grouping<typeof options> = {
	meaning: "records whose paths are in the same directory",
	options,
	prepare: ({ path, depth }) => ({
		kind: "keyed",
		fields: path === undefined ? [] : [path],
		keyOf(draft) {
			const directory = directoryOf(pathOf(firstRecord(draft), path));
			return directory.split("/").slice(0, depth).join("/") || ".";
		},
	}),
};
