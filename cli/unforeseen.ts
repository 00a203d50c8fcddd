import { SeqpackError } from "../src/core/errors.js";
import { explainSystemError } from "../src/storage/system-errors.js";
import { failWith } from "./fail.js";

/** Ends the command with a sentence where nobody catches an error. */
export function watchErrors(): void {
	let isFirst = true;
	const end = async (error: unknown) => {
		if (!isFirst) return;
		isFirst = false;
		process.exit(await exitCodeOf(explained(error)));
	};
	process.on("uncaughtException", end);
	process.on("unhandledRejection", end);
}

async function exitCodeOf(error: unknown): Promise<number> {
	if (error instanceof SeqpackError) return failWith(error);
	try {
		const { failReporting } = await import("./fail-reporting.js");
		return await failReporting(error);
	} catch {
		// Where not even that can be loaded.
		return failWith(error);
	}
}

/** What the system refuses, such as one more open file, has a sentence of its own. */
function explained(error: unknown): unknown {
	const { path } = error as { path?: unknown };
	return typeof path === "string"
		? explainSystemError(error, "read", path, true)
		: error;
}
