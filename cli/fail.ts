import { SeqpackError } from "../src/core/errors.js";
import { shellWord } from "../src/core/text.js";
import { explainSystemError } from "../src/storage/system-errors.js";
import { say } from "./say.js";

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
	if (error instanceof SeqpackError) {
		say(`seqpack: ${error.sentence(write)}\n`);
		const { cause } = error;
		if (process.env.SEQPACK_DEBUG && cause instanceof Error)
			say(`${cause.stack}\n`);
		return error.exitCode;
	}
	const e = error instanceof Error ? error : new Error(String(error));
	say(
		`seqpack: this should not have happened: ${e.message}\nIt is a defect of seqpack. Set SEQPACK_DEBUG=1 to see where, and report it with the command.\n`,
	);
	if (process.env.SEQPACK_DEBUG) say(`${e.stack}\n`);
	return 1;
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
