import { EnvironmentError, optionName } from "../core/errors.js";

/** What tells how much a thread holds in memory. */
export interface MemoryOptions {
	/** The options that a person gives less of, the likeliest first. */
	options: readonly string[];
	/** What the inputs are made of, such as documents. */
	inputs: string;
}

export const OUT_OF_MEMORY = "out-of-memory";

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
