import { SeqpackError } from "../src/core/errors.js";
import { exitCodes } from "../src/core/exit-codes.js";
import { shellWord, shortened } from "../src/core/text.js";
import { explainSystemError } from "../src/storage/system-errors.js";
import { isSaid, say, saySentence } from "./say.js";

/** The letters of a sentence, at most: what is longer quotes more than anybody reads. */
const LONGEST_SENTENCE = 4000;

/**
 * Prints an error as a sentence and returns the exit code that it stands for.
 * @param write How options are written, by name and value.
 */
export function failWith(
	thrown: unknown,
	write: (option: string, value: unknown) => string = asFlag,
): number {
	const { path = "a file" } = thrown as NodeJS.ErrnoException;
	const error = explainSystemError(thrown, "read", path, true);
	const e = error instanceof Error ? error : new Error(String(error));
	if (e instanceof SeqpackError)
		saySentence(shortened(e.sentence(write), LONGEST_SENTENCE), "error");
	else
		saySentence(
			`this should not have happened: ${shortened(e.message, LONGEST_SENTENCE)}\nIt is a defect of seqpack. --log-level debug shows where.`,
			"error",
		);
	if (isSaid("debug") || process.env.SEQPACK_DEBUG)
		say(`${(e.cause instanceof Error ? e.cause : e).stack}\n`, "error");
	return e instanceof SeqpackError ? e.exitCode : exitCodes.failed.code;
}

/** An option as the command spells it, with its value: `--on-error skip`, `--no-add-eos`. */
export function asFlag(option: string, value?: unknown): string {
	const name = flagName(option);
	if (value === undefined || value === true) return `--${name}`;
	if (value === false) return `--no-${name}`;
	return `--${name} ${argument(value)}`;
}

/** The name of an option as the command spells it: `per-stratum`. */
export function flagName(option: string): string {
	return option.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
}

/** A value as an argument of the command, quoted for a shell where it must be. */
function argument(value: unknown): string {
	return shellWord(
		Array.isArray(value)
			? value.join(",")
			: typeof value === "object"
				? JSON.stringify(value)
				: String(value),
	);
}
