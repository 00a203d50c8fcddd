import { exitCodes } from "../src/core/exit-codes.js";
import { required, text } from "../src/core/option.js";
import { withoutSlashes } from "../src/core/text.js";
import { type VerifyResult, verify } from "../src/dataset/verify/verify.js";
import { commandOf } from "./command.js";
import { counted, grouped } from "./numbers.js";
import { outputTable } from "./output-options.js";
import { say } from "./say.js";
import { writeOut } from "./streams.js";

export const verifyCommand = () =>
	commandOf({
		name: "verify",
		description:
			"Read a whole dataset again and check sums, lengths, ids and hashes.",
		table: {
			directory: required(
				text({ placeholder: "dir", help: "the dataset's directory" }),
			),
			...outputTable,
		},
		arguments: ["directory"],
		examples: ["seqpack verify data/"],
		async run({ directory, json }) {
			const path = withoutSlashes(directory);
			const result = await verify(path);
			const isSound = result.problemCount === 0;
			say(describe(path, result), isSound ? "info" : "error");
			if (json)
				await writeOut(
					`${JSON.stringify({ version: 1, command: "verify", ...result })}\n`,
				);
			return isSound ? exitCodes.done.code : exitCodes.data.code;
		},
	});

function describe(path: string, result: VerifyResult): string {
	const { problems, problemCount } = result;
	const seen = `${counted(result.files, "file")}, ${counted(result.documents, "document")}, ${counted(result.rows, "row")}, ${counted(result.tokens, "token")}`;
	if (problemCount === 0) return `${path} is sound: ${seen} checked.\n`;
	const more = problemCount - problems.length;
	return [
		`${path} is not what its manifest says (${seen} checked):`,
		...problems.map((problem) => `  ${problem}`),
		...(more > 0 ? [`  and ${grouped(more)} more`] : []),
		"Build it again with --overwrite, or fetch the files again.",
		"",
	].join("\n");
}
