import {
	flag,
	type Given,
	integer,
	type Resolved,
	text,
} from "../core/option.js";
import { progressOptions } from "../core/progress.js";
import { readingTable } from "../documents/options.js";

/** The options of looking at what is at a path. */
export const figuresTable = {
	tokenizer: text({
		placeholder: "path",
		help: "the tokenizer: a tokenizer.json, a directory that holds one, or a name",
		defaultText:
			"none: rows are shown as token ids, and nothing is recommended for a corpus",
	}),
	rows: text({
		placeholder: "A..B",
		help: "the rows to show, numbered from 0 over the shards in order",
		defaultText: "the first three, and one with many documents",
	}),
	document: text({
		placeholder: "id",
		help: "show the rows that hold this document, or of a corpus the document, by its id in the input or in the dataset",
		defaultText: "none",
	}),
	tokens: integer({
		least: 1,
		most: 2 ** 20,
		default: 256,
		help: "tokens of each row to show, at most",
	}),
	...readingTable,
	all: flag({
		default: false,
		help: "read the lengths of all documents and rows, however many there are",
	}),
	...progressOptions,
};

export type FiguresOptions = Given<typeof figuresTable>;

export type FiguresSettings = Resolved<typeof figuresTable>;
