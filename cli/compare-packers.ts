import { sum } from "../src/core/arithmetic.js";
import { LARGEST_CAPACITY } from "../src/core/capacity.js";
import { counted, grouped, percent } from "../src/core/number-texts.js";
import { type Given, integer, required, texts } from "../src/core/option.js";
import { progressOf } from "../src/core/progress.js";
import { resolveOptions } from "../src/core/resolve-options.js";
import { redactedJson } from "../src/core/secrets.js";
import {
	comparePackers,
	compareTable,
	type PackerReport,
	resolveCompare,
} from "../src/pack/compare.js";
import {
	documentLengths,
	documentLengthsTable,
} from "../src/report/document-lengths.js";
import { pickOptions } from "./command.js";
import { outputTable } from "./output-options.js";
import { withProgress } from "./run-build.js";
import { say, saySentence } from "./say.js";
import { writeOut } from "./streams.js";

const ownTable = {
	compare: required(
		texts({
			placeholder: "input",
			help: "a dataset's directory; or text, as for build, with a tokenizer",
		}),
	),
	seqLen: required(
		integer({
			least: 1,
			most: LARGEST_CAPACITY,
			help: "tokens that a row can hold",
		}),
	),
};

export const compareOptionsTable = {
	...ownTable,
	...compareTable,
	...documentLengthsTable,
	...outputTable,
};

/** Packs the same documents by every packer, and says what comes of it. */
export async function comparePack({
	json,
	...options
}: Given<typeof compareOptionsTable>): Promise<number> {
	const { compare, seqLen } = resolveOptions(
		ownTable,
		pickOptions(ownTable, options),
	);
	const comparing = pickOptions(compareTable, options);
	// Wrong options are told before text is read.
	const { compared } = resolveCompare(seqLen, comparing);
	const reports: PackerReport[] = [];
	const { documents, tokens } = await withProgress(async (onProgress) => {
		const lengths = await documentLengths(compare, {
			...pickOptions(documentLengthsTable, options),
			onNotice: saySentence,
			onProgress,
		});
		const tokens = sum(lengths);
		say(
			`${counted(lengths.length, "document")}, ${counted(tokens, "token")}, in rows of ${grouped(seqLen)}\n`,
		);
		say(line(HEAD));
		const tell = () =>
			onProgress(
				progressOf("comparing", "packer", {
					done: reports.length,
					total: compared.length,
					documents: lengths.length,
				}),
			);
		tell();
		for (const report of comparePackers(lengths, seqLen, comparing)) {
			reports.push(report);
			say(line(cells(report)));
			tell();
		}
		return { documents: lengths.length, tokens };
	});
	if (json)
		await writeOut(
			`${redactedJson({ version: 2, command: "pack", documents, tokens, seqLen, packers: reports })}\n`,
		);
	return 0;
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

function cells(report: PackerReport): string[] {
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
