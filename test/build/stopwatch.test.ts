import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
	noTimes,
	type StageTimes,
	Stopwatch,
} from "../../src/build/stopwatch.js";

let now = 0;
beforeEach(() => {
	now = 1000;
	vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => {
	vi.restoreAllMocks();
});

const stages = Object.keys(noTimes()) as (keyof StageTimes)[];

/** Work of a stage: milliseconds of its own, and other stages' work between. */
interface Work {
	stage: keyof StageTimes;
	parts: (number | Work)[];
}

const { work } = fc.letrec<{ work: Work; part: number | Work }>((tie) => ({
	work: fc.record({
		stage: fc.constantFrom(...stages),
		parts: fc.array(tie("part"), { maxLength: 4 }),
	}),
	part: fc.oneof({ maxDepth: 4 }, fc.nat(50), tie("work")),
}));

test("stages within stages are charged for their own time, and add up to all of it", async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(work), async (list) => {
			const watch = new Stopwatch();
			const due = noTimes();
			const run = ({ stage, parts }: Work): Promise<void> =>
				watch.run(stage, async () => {
					for (const part of parts)
						if (typeof part === "number") {
							now += part;
							due[stage] += part;
						} else await run(part);
				});
			const began = now;
			for (const each of list) await run(each);
			expect(watch.times).toEqual(due);
			const sum = Object.values(watch.times).reduce((a, b) => a + b, 0);
			expect(sum).toBe(now - began);
		}),
	);
});

test("a generator is charged for what it does, not for what is done with it", async () => {
	const watch = new Stopwatch();
	async function* numbers() {
		now += 5;
		yield 1;
		now += 7;
		yield 2;
		now += 1;
		return "end";
	}
	const watched = watch.watch("read", numbers());
	await watch.run("write", async () => {
		for await (const number of watched) now += 100 * number;
	});
	expect(watch.times).toEqual({ ...noTimes(), read: 13, write: 300 });
});

test("a stage that fails is charged, and gives back to the one before", async () => {
	const watch = new Stopwatch();
	await watch.run("pack", async () => {
		const failing = watch.run("write", () => {
			now += 3;
			throw new Error("the disk is full");
		});
		await expect(failing).rejects.toThrow("the disk is full");
		now += 2;
	});
	now += 50;
	expect(watch.times).toEqual({ ...noTimes(), write: 3, pack: 2 });
});
