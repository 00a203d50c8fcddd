import { type Given, integer, repeated, text } from "../core/option.js";
import { chatTemplateTable } from "../documents/options.js";

/** The options of telling where the tokens of a row came from. */
export const traceTable = {
	token: integer({
		help: "show also where this token of the row came from, counted from 0",
		defaultText: "only the segments",
	}),
	bucket: integer({
		help: "count only the rows of the bucket of this length",
		defaultText: "all rows",
	}),
	split: text({
		placeholder: "name",
		help: "count only the rows of this split",
		defaultText: "all rows",
	}),
	source: repeated({
		placeholder: "input",
		default: [],
		defaultText:
			"none: only the names of files and the positions in them are known",
		help: "the inputs of the build, to find lines and characters in; may be given several times",
	}),
	tokenizer: text({
		placeholder: "path",
		help: "the tokenizer of the dataset: a tokenizer.json, a directory that holds one, or a name",
		defaultText: "none: texts and characters are not known",
	}),
	chatTemplate: {
		...chatTemplateTable.chatTemplate,
		defaultText: "that of the dataset, by its name",
	},
};

export type TraceOptions = Given<typeof traceTable>;
