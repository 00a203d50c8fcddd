import { UsageError } from "../src/core/errors.js";
import { type LogLevel, logLevels } from "../src/core/notices.js";
import { choice, flag, grouped } from "../src/core/option.js";
import { checkOption } from "../src/core/resolve-options.js";
import { quoted, withoutSlashes } from "../src/core/text.js";

/** How much is told; options of every command. */
export const toldTable = grouped("Output", {
	quiet: flag({ default: false, help: "print nothing but errors" }),
	logLevel: choice(logLevels, {
		defaultText: "SEQPACK_LOG_LEVEL, or else info",
		help: "how much to print on stderr; debug adds times, versions and where errors come from",
	}),
});

/** What is printed; options of the command alone. */
export const outputTable = {
	...grouped("Output", {
		json: flag({
			default: false,
			help: "print the result as JSON on stdout",
		}),
	}),
	...toldTable,
};

/** How much is told. @throws UsageError for a level that there is not, of the option or of the environment */
export function logLevelOf(
	{ quiet = false, logLevel }: { quiet?: boolean; logLevel?: LogLevel },
	{ SEQPACK_LOG_LEVEL: usual }: NodeJS.ProcessEnv,
): LogLevel {
	if (logLevel !== undefined)
		checkOption("logLevel", toldTable.logLevel, logLevel);
	if (quiet) return "error";
	if (logLevel !== undefined) return logLevel;
	if (usual === undefined || usual === "") return "info";
	const found = logLevels.find((level) => level === usual);
	if (found !== undefined) return found;
	throw new UsageError(
		"bad-option",
		`the variable SEQPACK_LOG_LEVEL is ${quoted(usual)}: unset it, or set it to one of ${logLevels.join(", ")}.`,
	);
}

/** A directory as it is given, without slashes at its end. */
export function directory(path: string): string {
	// Those after a colon are the beginning of a URL.
	return withoutSlashes(path);
}
