import { Command, InvalidArgumentError, Option } from "commander";
import { type BuildResult, build } from "../src/build/build.js";
import { InterruptedError } from "../src/core/errors.js";
import {
	type RemainderRule,
	remainderRules,
} from "../src/decompose/decompose-documents.js";
import { decomposers } from "../src/decompose/decomposers.js";
import { longDocuments } from "../src/decompose/long-documents.js";
import { storedColumns } from "../src/masks/columns.js";
import {
	type LossWeighting,
	lossWeightings,
} from "../src/masks/loss-weights.js";
import type { MaskKind } from "../src/masks/mask-kinds.js";
import { orders } from "../src/pack/order.js";
import { strategies } from "../src/pack/pack-documents.js";
import { sourceFormats } from "../src/sources/formats.js";
import { tableFormats } from "../src/tables/tables.js";
import {
	type TokenizerEngine,
	tokenizerEngines,
} from "../src/tokenizer/from-json.js";
import { describe } from "./describe-build.js";
import { failWith } from "./fail.js";
import { parseCount, parseCounts } from "./numbers.js";
import { ProgressLine } from "./progress.js";
import { onStopSignals } from "./signals.js";

export function buildCommand(): Command {
	const choice = (flags: string, text: string, choices: readonly string[]) =>
		new Option(flags, text).choices([...choices]);
	const count = (flags: string, text: string) =>
		new Option(flags, text).argParser(parseCount);
	const required = (option: Option) => option.makeOptionMandatory();
	return new Command("build")
		.description(
			"Build a dataset of packed token rows, or of sequences by length, from text.",
		)
		.argument(
			"<input...>",
			"files, directories and globs of JSON Lines (.jsonl, .ndjson) and plain text (.txt, one document a file), also as .gz",
		)
		.addOption(
			required(
				new Option(
					"--tokenizer <path>",
					"a tokenizer.json, or a directory that holds one",
				),
			),
		)
		.addOption(
			count(
				"--seq-len <n>",
				"tokens that a row can hold; must be given, but for buckets",
			),
		)
		.addOption(required(new Option("--out <dir>", "the directory to write")))
		.optionsGroup("Reading:")
		.addOption(
			choice("--input-format <name>", "what the inputs are", [
				"auto",
				...Object.keys(sourceFormats),
			]).default("auto", "auto, by the endings"),
		)
		.option("--text-field <name>", "field that holds a record's text", "text")
		.option(
			"--id-field <name>",
			'field that holds a record\'s id (default: "id", where there is one)',
		)
		.addOption(
			choice("--on-error <what>", "at a record that cannot be used", [
				"stop",
				"skip",
			]).default("stop"),
		)
		.optionsGroup("Tokens:")
		.addOption(
			choice(
				"--tokenizer-engine <name>",
				"what tokenizes",
				tokenizerEngines,
			).default("auto", "auto, the fast one where it can"),
		)
		.option("--add-bos", "begin each document with BOS")
		.option("--no-add-bos", "do not (the default)")
		.option("--add-eos", "end each document with EOS (the default, if any)")
		.option("--no-add-eos", "do not")
		.option("--bos-token <token>", "the token to use as BOS")
		.option("--eos-token <token>", "the token to use as EOS")
		.optionsGroup("Layout:")
		.addOption(
			choice(
				"--layout <name>",
				"rows of several documents, or sequences by length (default: packed)",
				["packed", "buckets"],
			),
		)
		.addOption(
			choice(
				"--decomposer <name>",
				"of buckets: how documents are cut (default: binary)",
				Object.keys(decomposers),
			),
		)
		.addOption(
			new Option(
				"--buckets <lengths>",
				"of the decomposers nearest and whole: 256,512,1024",
			).argParser(parseCounts),
		)
		.addOption(count("--min-length <n>", "shortest bucket (default: 256)"))
		.addOption(count("--max-length <n>", "longest bucket (default: 8192)"))
		.option(
			"--plus-one",
			"of binary: rows of a token more, for shifted targets",
		)
		.addOption(
			count("--overlap <n>", "of fixed: tokens shared with the one before"),
		)
		.addOption(
			choice(
				"--remainder <what>",
				"tokens that fill no bucket: dropped, rows of their own, or packed rows (default: drop)",
				remainderRules,
			),
		)
		.optionsGroup("Packing:")
		.addOption(
			choice(
				"--packer <name>",
				"how rows are packed (default: best-fit-decreasing; capped, with a limit on sequences)",
				Object.keys(strategies),
			),
		)
		.addOption(
			choice(
				"--long-documents <what>",
				"documents longer than a row (default: split)",
				Object.keys(longDocuments),
			),
		)
		.addOption(
			count("--min-sequence <n>", "leave out sequences of fewer tokens"),
		)
		.addOption(count("--max-sequences-per-pack <n>", "most sequences of a row"))
		.addOption(
			count(
				"--open-packs <n>",
				"packs open at a time, of the packer streaming (default: 64)",
			),
		)
		.addOption(
			count(
				"--pad-document-to-multiple <n>",
				"pack sequences as if padded to a multiple, such as lcm(2 CP, CP TP)",
			),
		)
		.addOption(
			count(
				"--pad-to-multiple <n>",
				"count padding to a multiple, not to the whole row",
			),
		)
		.addOption(
			new Option(
				"--columns <names>",
				`columns to storage besides, of ${storedColumns.join(", ")}`,
			).argParser((names: string) => names.split(",")),
		)
		.addOption(
			choice(
				"--loss-weight <what>",
				"store weights that make each count the same, in loss_weight",
				lossWeightings.names,
			),
		)
		.addOption(
			new Option(
				"--mask <kind>",
				'the mask to record, as JSON, such as {"kind":"sliding-window","window":4096} (default: causal)',
			).argParser(parseMask),
		)
		.addOption(
			choice("--order <name>", "of the rows (default: shuffled)", orders),
		)
		.addOption(
			count("--ranks <n>", "rows of a step, of --order balanced (default: 8)"),
		)
		.addOption(
			count(
				"--shuffle-window <rows>",
				"rows shuffled together, of --order balanced (default: all)",
			),
		)
		.addOption(
			count(
				"--window <tokens>",
				"tokens that are packed together (default: 64M)",
			),
		)
		.addOption(count("--seed <n>", "seed of the order of rows (default: 0)"))
		.optionsGroup("Writing:")
		.addOption(
			choice(
				"--format <name>",
				"format of the shards (default: parquet; arrow, for buckets)",
				Object.keys(tableFormats),
			),
		)
		.addOption(
			new Option(
				"--compression <name>",
				"of Parquet: snappy (default), zstd, none",
			),
		)
		.addOption(
			count("--shard-tokens <n>", "tokens of a shard, at most (default: 64M)"),
		)
		.option("--overwrite", "replace a dataset made from something else")
		.optionsGroup("Running:")
		.addOption(
			count("--workers <n>", "threads that build (default: one a core)"),
		)
		.addOption(
			count(
				"--task-size <bytes>",
				"input of a task (default: 1/64 of the input, 8M to 256M)",
			),
		)
		.option("--json", "print a summary as JSON on stdout")
		.option("--quiet", "print nothing but errors")
		.addHelpText(
			"after",
			`
Numbers may end in K, M, G or T (powers of 1024).
Ctrl-C stops cleanly; the same command goes on where it stopped.

Example:
  seqpack build corpus/*.jsonl.gz --tokenizer tokenizer.json --seq-len 8192 --out data/
  seqpack build corpus/*.jsonl.gz --tokenizer tokenizer.json --layout buckets --out buckets/`,
		)
		.action(run);
}

interface Flags {
	tokenizer: string;
	layout?: "packed" | "buckets";
	decomposer?: string;
	buckets?: number[];
	minLength?: number;
	maxLength?: number;
	plusOne?: boolean;
	overlap?: number;
	remainder?: RemainderRule;
	seqLen?: number;
	out: string;
	inputFormat: string;
	textField: string;
	idField?: string;
	onError: "stop" | "skip";
	tokenizerEngine?: TokenizerEngine;
	addBos?: boolean;
	addEos?: boolean;
	bosToken?: string;
	eosToken?: string;
	packer?: string;
	longDocuments?: string;
	minSequence?: number;
	maxSequencesPerPack?: number;
	openPacks?: number;
	padDocumentToMultiple?: number;
	padToMultiple?: number;
	order?: string;
	columns?: string[];
	lossWeight?: LossWeighting;
	mask?: MaskKind;
	ranks?: number;
	shuffleWindow?: number;
	window?: number;
	seed?: number;
	format?: string;
	compression?: string;
	shardTokens?: number;
	overwrite?: boolean;
	workers?: number;
	taskSize?: number;
	json?: boolean;
	quiet?: boolean;
}

function parseMask(text: string): MaskKind {
	if (!text.startsWith("{")) return { kind: text } as MaskKind;
	try {
		return JSON.parse(text);
	} catch {
		throw new InvalidArgumentError("It is not JSON.");
	}
}

async function run(inputs: string[], flags: Flags): Promise<void> {
	const { taskSize, maxSequencesPerPack, json, quiet, ...options } = flags;
	const progress = new ProgressLine();
	const say = (sentence: string) => {
		if (!quiet) progress.say(sentence);
	};
	const stop = onStopSignals(() =>
		say("stopping; press Ctrl-C again to stop at once"),
	);
	try {
		const result = await build({
			...options,
			inputs,
			taskBytes: taskSize,
			maxSequences: maxSequencesPerPack,
			signal: stop.signal,
			onNotice: say,
			onProgress: (now) => {
				if (!quiet) progress.update(now);
			},
		});
		progress.clear();
		if (!quiet) process.stderr.write(describe(result));
		if (json) process.stdout.write(`${JSON.stringify(summary(result))}\n`);
	} catch (error) {
		progress.clear();
		process.exitCode = failWith(error);
		if (error instanceof InterruptedError) process.exitCode = stop.exitCode();
	} finally {
		stop.release();
	}
}

/** What `--json` prints; its fields only grow within a version. */
function summary({
	status,
	out,
	manifest,
	tasksResumed,
	...rest
}: BuildResult) {
	return {
		version: 1,
		command: "build",
		status,
		out,
		seconds: rest.seconds,
		tasks: manifest.tasks,
		tokenizerEngine: manifest.tokenizer.engine,
		tasksResumed,
		...manifest.totals,
		...manifest.summary,
		seqLen: manifest.settings.seqLen,
		shards: manifest.shards.length,
		shardBytes: manifest.shards.reduce((sum, shard) => sum + shard.bytes, 0),
		manifest: `${out}/seqpack.json`,
	};
}
