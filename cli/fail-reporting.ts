import {
	isReported,
	writeFailureReport,
} from "../src/engines/failure-report.js";
import { failWith } from "./fail.js";
import { saySentence } from "./say.js";
import { underWay } from "./under-way.js";

/**
 * Prints an error as `failWith` does, and leaves a report of what has failed where one is of use.
 * @returns The exit code that it stands for.
 */
export async function failReporting(
	error: unknown,
	write?: (option: string, value: unknown) => string,
): Promise<number> {
	const exitCode = failWith(error, write);
	if (!isReported(error)) return exitCode;
	const path = await writeFailureReport(error, underWay());
	if (path !== null)
		saySentence(
			`${path} has the details, and no text of the corpus: attach it to a bug report`,
			"error",
		);
	return exitCode;
}
