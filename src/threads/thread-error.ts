import { getHeapStatistics } from "node:v8";
import { EnvironmentError, optionName, SeqpackError } from "../core/errors.js";

/** What tells how much a thread holds in memory. */
export interface MemoryOptions {
	/** The options that a person gives less of, the likeliest first. */
	options: readonly string[];
	/** What the inputs are made of, such as documents. */
	inputs: string;
}

const SILENT = "thread-silent";
const DIED = "thread-died";
const OUT_OF_MEMORY = "out-of-memory";

/** Megabytes that the heap of a thread may have: as many as that of the process, so that the thread alone ends. */
export function heapOfThread(): number {
	return Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20);
}

/** Whether the error is about a thread, or was foreseen by nobody: another thread may not have it. */
export function isOfThread(error: Error): boolean {
	if (!(error instanceof SeqpackError)) return true;
	return [SILENT, DIED, OUT_OF_MEMORY].includes(error.code);
}

export function died(code: number): EnvironmentError {
	return new EnvironmentError(
		DIED,
		`a thread ended before its work did, with exit code ${code}.`,
	);
}

export function fellSilent(milliseconds: number): EnvironmentError {
	const seconds = Math.round(milliseconds / 1000);
	return new EnvironmentError(
		SILENT,
		`a thread gave no sign of life for ${seconds} seconds.`,
	);
}

/** What a thread, or work on it, ended with, as an error: of memory that ran out, a sentence. */
export function threadError(
	error: unknown,
	{ options, inputs }: MemoryOptions,
): Error {
	if (isOutOfMemory(error))
		return new EnvironmentError(
			OUT_OF_MEMORY,
			`a thread ran out of memory: give fewer ${optionName("workers")}, a smaller ${options.map((name) => optionName(name)).join(" or ")}, or shorter ${inputs}.`,
		);
	return error instanceof Error ? error : new Error(String(error));
}

/** What V8 says where array buffers and memory of WebAssembly cannot be had: they are outside its heap. */
const NO_MEMORY =
	/array buffer allocation failed|webassembly\.(?:instantiate|memory)\S*:? .*(?:memory|grow)|unable to grow|invalid (?:typed )?array length|invalid array buffer length/i;

function isOutOfMemory(error: unknown): boolean {
	const { code, name, message } = error as Partial<
		Record<"code" | "name" | "message", unknown>
	>;
	return (
		code === "ERR_WORKER_OUT_OF_MEMORY" ||
		(name === "RangeError" && NO_MEMORY.test(String(message)))
	);
}
