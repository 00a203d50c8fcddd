import { expect, test } from "vitest";
import { ThreadPool } from "../../src/threads/pool.js";
import { temporaryDirectory } from "../helpers.js";

interface Job {
	number: number;
	deed?: "die" | "hang" | "pass" | "bad";
	times?: number;
}

/** Does jobs on two threads; gives what came of them. */
async function come(jobs: readonly Job[]) {
	const results: number[] = [];
	const told: number[] = [];
	const again: string[] = [];
	const waiting = [...jobs];
	const pool = new ThreadPool<Job, { number: number }, number>(
		{
			file: new URL("pool-thread.mjs", import.meta.url),
			data: temporaryDirectory(),
			next: () => waiting.shift(),
			get waiting() {
				return waiting.length;
			},
			orderOf: ({ number }) => number,
			describe: ({ number }) => `job ${number}`,
			memory: { options: ["window"], inputs: "documents" },
			onMessage: (_, { number }) => void told.push(number),
			onDone: ({ number }, result) => {
				results[number] = result;
			},
			onAgain: ({ number }, error, attempt) =>
				again.push(`${number} ${attempt}: ${error.message}`),
		},
		new Int32Array(new SharedArrayBuffer(4)),
		{ silence: 2_000, grace: 200, pause: 1, heap: 64 },
	);
	const error = await pool.run(2).then(
		() => null,
		(error) => error as Error,
	);
	return { results, told, again, error };
}

const plain = (count: number): Job[] =>
	Array.from({ length: count }, (_, number) => ({ number }));

test("a pool does all jobs, those again whose thread was lost or whose error passes", async () => {
	const jobs = plain(6);
	jobs[1] = { number: 1, deed: "die", times: 2 };
	jobs[3] = { number: 3, deed: "pass", times: 1 };
	jobs[4] = { number: 4, deed: "hang", times: 1 };
	const { results, told, again, error } = await come(jobs);
	expect(error).toBeNull();
	expect(results).toEqual([0, 2, 4, 6, 8, 10]);
	expect(told.sort()).toEqual([0, 1, 2, 3, 4, 5]);
	expect(again.sort()).toEqual([
		"1 2: a thread ended before its work did, with exit code 3.",
		"1 3: a thread ended before its work did, with exit code 3.",
		"3 2: it stumbled.",
		"4 2: a thread gave no sign of life for 2 seconds.",
	]);
});

test("a job that fails for good ends all, and is not tried again where another try is of no use", async () => {
	const lost = await come([{ number: 0, deed: "die", times: 9 }, ...plain(3)]);
	expect(lost.error?.message).toBe(
		"job 0 failed 3 times; the last time: a thread ended before its work did, with exit code 3.",
	);
	const bad = await come([{ number: 0, deed: "bad", times: 9 }]);
	expect(bad.error).toMatchObject({ code: "bad", message: "it is bad." });
	expect(bad.again).toEqual([]);
});
