import { Command } from "commander";
import { escapeControls } from "../src/core/text.js";
import { type VerifyResult, verify } from "../src/dataset/verify.js";
import { counted, grouped } from "./numbers.js";
import { say } from "./say.js";
import { writeOut } from "./streams.js";

/** The exit code for a dataset that is not what its manifest says. */
const BAD_DATA = 4;

export function verifyCommand(): Command {
	return new Command("verify")
		.description(
			"Read a whole dataset again and check sums, lengths, ids and hashes.",
		)
		.argument("<dir>", "the dataset's directory")
		.option("--json", "print the result as JSON on stdout")
		.addHelpText("after", "\nExample:\n  seqpack verify data/")
		.action(run);
}

async function run(
	directory: string,
	{ json }: { json?: boolean },
): Promise<void> {
	const path = directory.replace(/(?<=.)\/+$/, "");
	const result = await verify(path);
	say(describe(path, result));
	if (json)
		await writeOut(
			`${JSON.stringify({ version: 1, command: "verify", ...result })}\n`,
		);
	if (result.problemCount > 0) process.exitCode = BAD_DATA;
}

function describe(path: string, result: VerifyResult): string {
	const { problems, problemCount } = result;
	const seen = `${counted(result.files, "file")}, ${counted(result.documents, "document")}, ${counted(result.rows, "row")}, ${counted(result.tokens, "token")}`;
	if (problemCount === 0) return `${path} is sound: ${seen} checked.\n`;
	const more = problemCount - problems.length;
	return [
		`${path} is not what its manifest says (${seen} checked):`,
		...problems.map((problem) => `  ${escapeControls(problem)}`),
		...(more > 0 ? [`  and ${grouped(more)} more`] : []),
		"Build it again with --overwrite, or fetch the files again.",
		"",
	].join("\n");
}
