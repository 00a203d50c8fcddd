import {
	flag,
	type Given,
	grouped,
	integer,
	type Resolved,
	required,
	text,
	texts,
} from "../core/option.js";
import { readingTable, tokensTable } from "../documents/options.js";
import { describeFormats } from "../sources/formats.js";
import { buildTable } from "./build.js";

const { text: _, sample: __, ...reading } = readingTable;
const { signal, onProgress, onNotice, overwrite, workers } = buildTable;

/** The options of composing records. */
export const composeTable = {
	recipe: required(
		text({
			placeholder: "recipe",
			help: "a YAML or JSON file that says what becomes of records",
		}),
	),
	inputs: required(
		texts({
			placeholder: "input",
			help: `files, directories and globs of ${describeFormats()}; - is standard input, @FILE a list of inputs`,
		}),
	),
	out: required(
		text({
			placeholder: "path",
			help: "a file to write, if it ends in .jsonl or .jsonl.gz; else a directory of such files, new or empty",
		}),
	),
	...reading,
	...grouped("Composing", {
		seed: integer({
			help: "seed of everything that is drawn at random",
			defaultText: "that of the recipe; else 0",
		}),
		tokenizer: {
			...tokensTable.tokenizer,
			help: "the tokenizer, if the recipe counts tokens: a tokenizer.json, a directory that holds one, or a name",
			defaultText: "none",
		},
		groupMemory: integer({
			least: 2 ** 16,
			most: 2 ** 30,
			default: 2 ** 26,
			help: "about how many bytes of input are grouped at a time, while the rest waits on the disk; the order of the output depends on it",
		}),
	}),
	...grouped("Writing", {
		gzip: flag({
			default: false,
			help: "compress the files of a directory",
		}),
		taskSize: integer({
			least: 1,
			most: 2 ** 50,
			defaultText: "1/64 of the input, 8M to 256M",
			help: "uncompressed input bytes per file of a directory",
		}),
		overwrite: {
			...overwrite,
			help: "replace composed records that are there",
		},
	}),
	...grouped("Running", {
		workers: {
			...workers,
			help: "threads that compose; 0 composes in the calling thread",
		},
		signal: { ...signal, help: "stops composing, and leaves nothing" },
		onProgress,
		onNotice,
	}),
};

export type ComposeOptions = Given<typeof composeTable>;
export type ComposeValues = Resolved<typeof composeTable>;
