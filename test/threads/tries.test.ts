import { expect, test } from "vitest";
import { DataError, EnvironmentError } from "../../src/core/errors.js";
import { tried, triedInVain } from "../../src/threads/tries.js";

const passing = () => new EnvironmentError("cannot-read", "it stumbled.", true);

/** Work that fails so many times. */
function failing(times: number, error: () => Error) {
	let tries = 0;
	return async () => {
		if (tries++ < times) throw error();
		return tries;
	};
}

const never = () => false;
const deed = (
	work: () => Promise<number>,
	again: number[] = [],
	shouldStop = never,
) => tried("task 3", work, (_, attempt) => again.push(attempt), shouldStop, 0);

test("what the machine failed for a moment is tried three times", async () => {
	const again: number[] = [];
	expect(await deed(failing(2, passing), again)).toBe(3);
	expect(again).toEqual([2, 3]);
	await expect(deed(failing(3, passing))).rejects.toThrow(
		"task 3 failed 3 times; the last time: it stumbled.",
	);
});

test("other errors, and work that is to stop, are not tried again", async () => {
	const bad = new DataError("bad", "it is bad.");
	await expect(deed(failing(1, () => bad))).rejects.toBe(bad);
	const stopped = deed(failing(1, passing), [], () => true);
	await expect(stopped).rejects.toThrow(/^it stumbled\.$/);
});

test("an error that nobody foresaw is told as one after the last try", () => {
	const error = triedInVain("task 3", 3, new TypeError("no such thing."));
	expect(error).toMatchObject({ code: "work-failed", exitCode: 1 });
	expect(error.message).toBe(
		"task 3 failed 3 times; the last time: TypeError: no such thing. It may be a defect of seqpack: SEQPACK_DEBUG=1 shows where.",
	);
});
