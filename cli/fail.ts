import { SeqpackError } from "../src/core/errors.js";

/** Prints an error as a sentence and returns the exit code that it stands for. */
export function failWith(error: unknown): number {
	if (error instanceof SeqpackError) {
		process.stderr.write(`seqpack: ${error.message}\n`);
		return error.exitCode;
	}
	const e = error instanceof Error ? error : new Error(String(error));
	process.stderr.write(
		`seqpack: this should not have happened: ${e.message}\nIt is a defect of seqpack. Set SEQPACK_DEBUG=1 to see where, and report it with the command.\n`,
	);
	if (process.env.SEQPACK_DEBUG) process.stderr.write(`${e.stack}\n`);
	return 1;
}
