import { EnvironmentError, optionName } from "./errors.js";

/**
 * What a thread ended with, as an error.
 * @param memoryOption The option that says how much a thread holds in memory.
 * @param inputs What the inputs are made of, such as documents.
 */
export function threadError(
	error: unknown,
	memoryOption: string,
	inputs: string,
): Error {
	const code = (error as { code?: unknown }).code;
	if (code === "ERR_WORKER_OUT_OF_MEMORY")
		return new EnvironmentError(
			"out-of-memory",
			`a thread ran out of memory: give fewer ${optionName("workers")}, a smaller ${optionName(memoryOption)}, or shorter ${inputs}.`,
		);
	return error instanceof Error ? error : new Error(String(error));
}
