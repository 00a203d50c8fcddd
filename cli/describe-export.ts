import { sum } from "../src/core/arithmetic.js";
import {
	bytesText,
	counted,
	grouped,
	percent,
} from "../src/core/number-texts.js";
import type { ExportResult } from "../src/export/export-dataset.js";
import { doneText } from "./done-text.js";

/** Lines of `reading` that are printed; all are in the export's own file. */
const MOST_LINES = 12;

/** What an export came to, for people. */
export function describeExport(result: ExportResult): string {
	const { out, to, counts, files, notices, reading } = result;
	const bytes = sum(files.map((file) => file.bytes));
	const more = reading.length - MOST_LINES;
	return [
		doneText(result, `Exported to ${out} (${to})`),
		`  rows       ${grouped(counts.rows)} of ${counted(counts.tokens, "token")}`,
		...(counts.paddedRows > 0
			? [
					`  padding    ${percent(counts.paddingTokens / (counts.tokens + counts.paddingTokens))} (${counted(counts.paddingTokens, "token")})`,
				]
			: []),
		`  files      ${counted(files.length, "file")}, ${bytesText(bytes)}`,
		...notices.map((notice) => `  note       ${notice}`),
		...reading
			.slice(0, MOST_LINES)
			.map((line, i) => `  ${i === 0 ? "read with  " : "           "}${line}`),
		...(more > 0
			? [
					`             and ${counted(more, "line")} more in seqpack-export.json`,
				]
			: []),
		"",
	].join("\n");
}
