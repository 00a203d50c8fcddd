import { describe, expect, test } from "vitest";
import { DataError } from "../../src/core/errors.js";
import {
	died,
	fellSilent,
	isOfThread,
	threadError,
} from "../../src/threads/thread-error.js";

const memory = { options: ["window", "taskSize"], inputs: "documents" };

describe("memory that ran out is told as a sentence", () => {
	test.each([
		Object.assign(new Error("Worker terminated"), {
			code: "ERR_WORKER_OUT_OF_MEMORY",
		}),
		new RangeError("Array buffer allocation failed"),
		new RangeError("WebAssembly.Memory(): could not allocate memory"),
		new RangeError("Invalid typed array length: 5000000000"),
	])("%s", (error) => {
		const told = threadError(error, memory);
		expect(told).toMatchObject({ code: "out-of-memory", exitCode: 1 });
		expect(told.message).toBe(
			"a thread ran out of memory: give fewer workers, a smaller window or taskSize, or shorter documents.",
		);
		expect(isOfThread(told)).toBe(true);
	});
});

test("other errors stay what they are", () => {
	const error = new RangeError("Maximum call stack size exceeded");
	expect(threadError(error, memory)).toBe(error);
	expect(threadError("a word", memory).message).toBe("a word");
});

test("another thread may do what one was lost with, or what nobody foresaw, and not what is wrong with data", () => {
	expect(isOfThread(died(7))).toBe(true);
	expect(isOfThread(fellSilent(1000))).toBe(true);
	expect(isOfThread(new TypeError("what?"))).toBe(true);
	expect(isOfThread(new DataError("bad", "it is bad."))).toBe(false);
});
