/**
 * Errors that a person can act on. Each has a code for programs, a sentence
 * for people (what is wrong, where, what to do), and the exit code of the
 * command: 1 a retry may mend it, 2 wrong use, 4 bad data, 130 interrupted.
 */
export class SeqpackError extends Error {
	readonly code: string;
	readonly exitCode: number;

	constructor(code: string, message: string, exitCode: number) {
		super(message);
		this.name = new.target.name;
		this.code = code;
		this.exitCode = exitCode;
	}
}

/** Something asked for cannot be done as asked: mend the call. Exit code 2. */
export class UsageError extends SeqpackError {
	constructor(code: string, message: string) {
		super(code, message, 2);
	}
}

/** The input is not what it should be: mend the data. Exit code 4. */
export class DataError extends SeqpackError {
	constructor(code: string, message: string) {
		super(code, message, 4);
	}
}

/** The machine failed (disk, memory): trying again may work. Exit code 1. */
export class EnvironmentError extends SeqpackError {
	constructor(code: string, message: string) {
		super(code, message, 1);
	}
}

/** The caller asked to stop. Exit code 130. */
export class InterruptedError extends SeqpackError {
	constructor(message: string) {
		super("interrupted", message, 130);
	}
}

/** What crosses a thread: errors lose their class on the way. */
export interface ErrorMessage {
	code: string | null;
	exitCode: number;
	name: string;
	message: string;
	stack: string | undefined;
}

export function packError(error: unknown): ErrorMessage {
	if (error instanceof SeqpackError) {
		const { code, exitCode, name, message, stack } = error;
		return { code, exitCode, name, message, stack };
	}
	const e = error instanceof Error ? error : new Error(String(error));
	return {
		code: null,
		exitCode: 1,
		name: e.name,
		message: e.message,
		stack: e.stack,
	};
}

export function unpackError(packed: ErrorMessage): Error {
	const { code, exitCode, message, name, stack } = packed;
	const error =
		code === null ? new Error(message) : rebuild(code, message, exitCode);
	error.name = name;
	if (stack !== undefined) error.stack = stack;
	return error;
}

function rebuild(code: string, message: string, exitCode: number): Error {
	if (exitCode === 2) return new UsageError(code, message);
	if (exitCode === 4) return new DataError(code, message);
	if (exitCode === 130) return new InterruptedError(message);
	return new EnvironmentError(code, message);
}
