import { exitCodes } from "../src/core/exit-codes.js";
import { counted, grouped } from "../src/core/number-texts.js";
import { integer, required, text } from "../src/core/option.js";
import { withoutSlashes } from "../src/core/text.js";
import type { VerifyResult } from "../src/dataset/verify/result.js";
import { verify } from "../src/report/verify/verify.js";
import { commandOf } from "./command.js";
import { outputTable } from "./output-options.js";
import { runTold } from "./run-build.js";
import { say } from "./say.js";

export const verifyCommandTable = {
	directory: required(
		text({
			placeholder: "dir",
			help: "the directory of a dataset, a plan, packed records or an export",
		}),
	),
	workers: integer({
		most: 1024,
		defaultText: "one per CPU",
		help: "threads that read, if there is enough to read; 0 reads in the calling thread",
	}),
	...outputTable,
};

export const verifyCommand = () =>
	commandOf({
		name: "verify",
		description:
			"Read a dataset, a plan, packed records or an export again, and check its sums, lengths, ids and hashes.",
		table: verifyCommandTable,
		arguments: ["directory"],
		notes: `The exit code is 4 if something is not as it was written; stderr says what, also with --quiet.`,
		examples: ["seqpack verify data/", "seqpack verify plan/ --quiet"],
		async run({ directory, json, workers }) {
			const path = withoutSlashes(directory);
			let isSound = true;
			const code = await runTold(
				json,
				({ signal, onProgress }) =>
					verify(path, {
						signal,
						onProgress,
						...(workers !== undefined && { workers }),
					}),
				(result) => {
					isSound = result.problemCount === 0;
					if (isSound) return describe(path, result);
					say(describe(path, result), "error");
					return "";
				},
				(result) => ({ version: 1, command: "verify", ...result }),
			);
			return isSound ? code : exitCodes.data.code;
		},
	});

/** What was read, for each kind of what there is to verify. */
const seen: Readonly<Record<string, (result: VerifyResult) => string>> = {
	dataset: ({ files, documents, rows, tokens }) =>
		`${counted(files, "file")}, ${counted(documents, "document")}, ${counted(rows, "row")}, ${counted(tokens, "token")}`,
	plan: ({ files, rows, tokens }) =>
		`a plan, ${counted(files, "file")}, ${counted(rows, "row")}, ${counted(tokens, "token")}`,
	records: ({ files, sequences, rows, tokens }) =>
		`packed records, ${counted(files, "file")}, ${counted(sequences, "record")}, ${counted(rows, "row")}, ${counted(tokens, "token")}`,
	export: ({ files }) => `an export, ${counted(files, "file")}`,
};

function describe(path: string, result: VerifyResult): string {
	const { kind, problems, problemCount } = result;
	const what = seen[kind](result);
	if (problemCount === 0) return `${path} is sound: ${what} checked.\n`;
	const more = problemCount - problems.length;
	return [
		`${path} is not what its manifest says (${what} checked):`,
		...problems.map((problem) => `  ${problem}`),
		...(more > 0 ? [`  and ${grouped(more)} more`] : []),
		kind === "dataset"
			? "Build it again with --overwrite, or fetch the files again."
			: "Make it again, or fetch the files again.",
		"",
	].join("\n");
}
