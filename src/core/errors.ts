import { exitCodes } from "./exit-codes.js";
import { parseJson } from "./json.js";
import { redacted } from "./secrets.js";
import { escapeControls } from "./text.js";

/**
 * Errors that a person can act on. Each has a code for programs, a sentence for
 * people (what is wrong, where, what to do), and the exit code of the command (`exitCodes`).
 *
 * Options are named in sentences by `optionName`, so that `message` has them as the
 * library spells them (`seqLen`) and the command as flags (`--seq-len`). Control
 * characters of what is quoted are escaped, and credentials are left out.
 */
export class SeqpackError extends Error {
	readonly code: string;
	readonly exitCode: number;
	/** The options that the sentence names; the one at fault comes first. */
	readonly options: readonly string[];
	readonly #sentence: string;

	constructor(code: string, given: string, exitCode: number) {
		const sentence = redacted(given);
		super(escapeControls(writeOptions(sentence, asProperty)));
		this.name = new.target.name;
		this.code = code;
		this.exitCode = exitCode;
		this.#sentence = sentence;
		this.options = [...sentence.matchAll(OPTION)].map((found) => found[1]);
	}

	/** The sentence with options as `write` writes them; `value` is undefined where none is named. */
	sentence(write: (option: string, value: unknown) => string): string {
		return escapeControls(writeOptions(this.#sentence, write));
	}

	/** What crosses a thread: errors lose their class on the way. */
	pack(): ErrorMessage {
		const { code, exitCode, name, stack } = this;
		return { code, exitCode, name, message: this.#sentence, stack };
	}
}

/** Something asked for cannot be done as asked: fix the call. Exit code 2. */
export class UsageError extends SeqpackError {
	constructor(code: string, sentence: string) {
		super(code, sentence, exitCodes.usage.code);
	}
}

/** The input is not what it should be: fix the data. Exit code 4. */
export class DataError extends SeqpackError {
	/** @param place Of a record: its file and line, or what else its format counts. */
	constructor(
		code: string,
		sentence: string,
		readonly place?: string,
	) {
		super(code, sentence, exitCodes.data.code);
	}

	override pack(): ErrorMessage {
		return { ...super.pack(), place: this.place };
	}
}

/** The machine failed (disk, memory): trying again may work. Exit code 1. */
export class EnvironmentError extends SeqpackError {
	/** Whether the same may go well a moment later, with nothing done about it. */
	readonly isPassing: boolean;

	constructor(code: string, sentence: string, isPassing = false) {
		super(code, sentence, exitCodes.failed.code);
		this.isPassing = isPassing;
	}

	/** The same where another try is of no use. */
	asLasting(): EnvironmentError {
		return new EnvironmentError(this.code, super.pack().message);
	}

	override pack(): ErrorMessage {
		return { ...super.pack(), isPassing: this.isPassing };
	}
}

/** The caller asked to stop. Exit code 130. */
export class InterruptedError extends SeqpackError {
	constructor(sentence: string) {
		super("interrupted", sentence, exitCodes.interrupted.code);
	}
}

// Noncharacters: Unicode keeps them out of any text that is passed on.
const OPTION = /\uFDD0([^\uFDD0-\uFDD2]*)(?:\uFDD1([^\uFDD0-\uFDD2]*))?\uFDD2/g;

/**
 * The name of an option in the sentence of an error, with a value to give it where
 * there is one: `optionName("overwrite", true)` reads `overwrite: true` in the
 * library and `--overwrite` on the command line.
 */
export function optionName(name: string, value?: unknown): string {
	return value === undefined
		? `\uFDD0${name}\uFDD2`
		: `\uFDD0${name}\uFDD1${JSON.stringify(value)}\uFDD2`;
}

/** A text in which options are named by `optionName`, as `write` writes them. */
export function writeOptions(
	sentence: string,
	write: (option: string, value: unknown) => string,
): string {
	return sentence.replace(OPTION, (_, name: string, value?: string) =>
		write(name, value === undefined ? undefined : parseJson(value)),
	);
}

/** What is wrong with bytes at which an error was thrown, as the end of a sentence: engines speak of themselves there. */
export function damageOf(error: unknown): string {
	return error instanceof TypeError ||
		error instanceof RangeError ||
		error instanceof WebAssembly.RuntimeError
		? "its content is damaged"
		: (error as Error).message;
}

function asProperty(name: string, value: unknown): string {
	return value === undefined ? name : `${name}: ${JSON.stringify(value)}`;
}

/** An error as it crosses a thread. */
export interface ErrorMessage {
	/** Null for errors that nobody foresaw. */
	code: string | null;
	exitCode: number;
	name: string;
	message: string;
	/** Of a DataError. */
	place?: string | undefined;
	stack: string | undefined;
	/** As `EnvironmentError` has it. */
	isPassing?: boolean;
}

export function packError(error: unknown): ErrorMessage {
	if (error instanceof SeqpackError) return error.pack();
	const e = error instanceof Error ? error : new Error(String(error));
	return {
		code: null,
		exitCode: exitCodes.failed.code,
		name: e.name,
		message: e.message,
		stack: e.stack,
	};
}

export function unpackError(packed: ErrorMessage): Error {
	const { code, message, name, stack } = packed;
	const error = code === null ? new Error(message) : rebuild(code, packed);
	error.name = name;
	if (stack !== undefined) error.stack = stack;
	return error;
}

function rebuild(
	code: string,
	{ exitCode, message: sentence, place, isPassing }: ErrorMessage,
): Error {
	switch (exitCode) {
		case exitCodes.usage.code:
			return new UsageError(code, sentence);
		case exitCodes.data.code:
			return new DataError(code, sentence, place);
		case exitCodes.interrupted.code:
			return new InterruptedError(sentence);
		default:
			return new EnvironmentError(code, sentence, isPassing);
	}
}
