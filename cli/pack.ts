import { Command, Option } from "commander";
import { longDocuments } from "../src/decompose/long-documents.js";
import {
	type CompareOptions,
	compareStrategies,
	type StrategyReport,
} from "../src/pack/compare.js";
import { documentLengths } from "../src/report/document-lengths.js";
import {
	type TokenizerEngine,
	tokenizerEngines,
} from "../src/tokenizer/from-json.js";
import { counted, grouped, parseCount, percent } from "./numbers.js";
import { say } from "./say.js";
import { writeOut } from "./streams.js";

interface Flags {
	compare: string[];
	seqLen: number;
	tokenizer?: string;
	tokenizerEngine?: TokenizerEngine;
	textField?: string;
	longDocuments?: string;
	minSequence?: number;
	maxSequencesPerPack?: number;
	padDocumentToMultiple?: number;
	ranks?: number;
	json?: boolean;
}

export function packCommand(): Command {
	const count = (flags: string, text: string) =>
		new Option(flags, text).argParser(parseCount);
	return new Command("pack")
		.description("Compare ways to pack a corpus, and write nothing.")
		.addOption(
			new Option(
				"--compare <input...>",
				"a dataset's directory; or text, as for build, with --tokenizer",
			).makeOptionMandatory(),
		)
		.addOption(
			count(
				"--seq-len <n>",
				"tokens that a row can hold",
			).makeOptionMandatory(),
		)
		.option("--tokenizer <path>", "a tokenizer.json, or its directory")
		.addOption(
			new Option(
				"--tokenizer-engine <name>",
				"what tokenizes (default: auto)",
			).choices([...tokenizerEngines]),
		)
		.option("--text-field <name>", "field that holds a record's text", "text")
		.addOption(
			new Option(
				"--long-documents <what>",
				"documents longer than a row (default: split)",
			).choices(Object.keys(longDocuments)),
		)
		.addOption(
			count("--min-sequence <n>", "leave out sequences of fewer tokens"),
		)
		.addOption(count("--max-sequences-per-pack <n>", "most sequences of a row"))
		.addOption(
			count(
				"--pad-document-to-multiple <n>",
				"pack sequences as if padded to a multiple",
			),
		)
		.addOption(count("--ranks <n>", "rows of a step (default: 8)"))
		.option("--json", "print the table as JSON on stdout")
		.addHelpText(
			"after",
			`
Columns: rows, and how many more than the bound that no packing beats; share of the
rows that is tokens; padding; documents cut; tokens dropped; sequences a row; attention,
the sum of squares of segments; the costliest row of a step over the mean, shuffled and
balanced; time.

Example:
  seqpack pack --compare corpus/*.jsonl.gz --tokenizer tokenizer.json --seq-len 8192`,
		)
		.action(run);
}

async function run({
	compare,
	seqLen,
	tokenizer,
	tokenizerEngine,
	textField,
	maxSequencesPerPack,
	json,
	...rest
}: Flags): Promise<void> {
	const options: CompareOptions = {
		...rest,
		maxSequences: maxSequencesPerPack,
	};
	// Wrong options are told before text is read.
	[...compareStrategies(new Int32Array(0), seqLen, options)];
	const lengths = await documentLengths(compare, {
		tokenizer,
		tokenizerEngine,
		...(textField === undefined ? {} : { textField }),
	});
	const tokens = lengths.reduce((sum, length) => sum + length, 0);
	say(
		`${counted(lengths.length, "document")}, ${counted(tokens, "token")}, in rows of ${grouped(seqLen)}\n`,
	);
	const reports: StrategyReport[] = [];
	say(line(HEAD));
	for (const report of compareStrategies(lengths, seqLen, options)) {
		reports.push(report);
		say(line(cells(report)));
	}
	if (json)
		await writeOut(
			`${JSON.stringify({ version: 1, command: "pack", documents: lengths.length, tokens, seqLen, strategies: reports })}\n`,
		);
}

const HEAD = [
	"",
	"rows",
	"over bound",
	"fill",
	"padding",
	"cut",
	"dropped",
	"per row",
	"attention",
	"shuffled",
	"balanced",
	"ms",
];

function cells(report: StrategyReport): string[] {
	const { rows, lowerBoundRows } = report;
	return [
		report.packer,
		grouped(rows),
		rows === 0 ? "-" : percent(rows / lowerBoundRows - 1),
		percent(report.fill),
		grouped(report.padding),
		grouped(report.cutDocuments),
		grouped(report.droppedTokens),
		report.sequencesPerRow.toFixed(2),
		report.attention.toExponential(2),
		report.imbalance.toFixed(3),
		report.imbalanceBalanced.toFixed(3),
		report.milliseconds.toFixed(0),
	];
}

function line([name, ...numbers]: string[]): string {
	const columns = numbers.map((number) => number.padStart(11));
	return `${name.padEnd(20)}${columns.join("")}\n`;
}
