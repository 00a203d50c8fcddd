import { bytesText } from "../src/core/number-texts.js";
import { reportTable } from "../src/options/report.js";
import { type ReportResult, writeReport } from "../src/report/write-report.js";
import { commandOf } from "./command.js";
import { doneText } from "./done-text.js";
import { outputTable } from "./output-options.js";
import { withProgress } from "./run-build.js";
import { say } from "./say.js";
import { writeOut } from "./streams.js";

export const reportCommandTable = { ...reportTable, ...outputTable };

export const reportCommand = () =>
	commandOf({
		name: "report",
		description:
			"Write one HTML file that shows a dataset, a plan, an export or a corpus, or several of them side by side.",
		table: reportCommandTable,
		arguments: ["paths"],
		examples: [
			"seqpack report data/ --tokenizer tokenizer.json --out report.html",
			"seqpack report plan-a/ plan-b/ --out plans.html",
		],
		async run({ paths, json, ...options }) {
			const result = await withProgress((onProgress) =>
				writeReport(paths, { ...options, onProgress }),
			);
			if (json) await writeOut(`${JSON.stringify(summary(result))}\n`);
			else say(describe(result), "info");
			return 0;
		},
	});

function describe(result: ReportResult): string {
	const { out, bytes } = result;
	return `${doneText(result, `Wrote ${out}, ${bytesText(bytes)},`)}\n`;
}

/** What `--json` prints; its fields only grow within a version. */
function summary({ status, out, bytes, figures, seconds }: ReportResult) {
	return {
		...{ version: 1, command: "report", status, out, bytes, seconds },
		paths: figures.map(({ path, kind }) => ({ path, kind })),
	};
}
