import fc from "fast-check";
import { expect, test } from "vitest";
import { cutIntoTasks, estimatedBytes } from "../../src/build/plan.js";
import type { InputFile } from "../../src/sources/source.js";

const file = fc.record({
	path: fc.constant("f"),
	source: fc.constant("f"),
	size: fc.nat(5000),
	format: fc.constantFrom("jsonl", "text"),
	compression: fc.constantFrom("gzip" as const, null),
});

const canCut = ({ format, compression }: InputFile) =>
	format === "jsonl" && compression === null;

test("tasks cover every byte once, in order, and none is empty", () => {
	fc.assert(
		fc.property(
			fc.array(file),
			fc.integer({ min: 1, max: 3000 }),
			(files, taskBytes) => {
				const tasks = cutIntoTasks(files, taskBytes);
				const spans = tasks.flat();
				let next = 0;
				files.forEach((f, input) => {
					if (!canCut(f)) {
						expect(spans[next++]).toEqual({ input, start: 0, end: null });
						return;
					}
					let covered = 0;
					while (spans[next]?.input === input) {
						expect(spans[next].start).toBe(covered);
						covered = spans[next++].end ?? -1;
					}
					expect(covered).toBe(f.size);
				});
				expect(next).toBe(spans.length);
				for (const task of tasks) expect(task.length).toBeGreaterThan(0);
			},
		),
	);
});

test("a file that can be cut makes equal tasks of the size asked for", () => {
	const big: InputFile = {
		path: "f",
		source: "f",
		size: 1_000_003,
		format: "jsonl",
		compression: null,
	};
	const tasks = cutIntoTasks([big], 100_000);
	expect(tasks).toHaveLength(11);
	for (const [{ start, end }] of tasks)
		expect((end ?? 0) - start).toBeLessThanOrEqual(100_000);
});

test("many small files share tasks", () => {
	const files = Array.from({ length: 1000 }, () => ({
		path: "f",
		source: "f",
		size: 100,
		format: "text",
		compression: null,
	}));
	const tasks = cutIntoTasks(files, 10_000);
	expect(tasks).toHaveLength(10);
	for (const task of tasks) expect(task).toHaveLength(100);
});

test("gzip counts as four times its size", () => {
	const zipped = {
		path: "f",
		source: "f",
		size: 100,
		format: "jsonl",
		compression: "gzip" as const,
	};
	expect(estimatedBytes(zipped)).toBe(400);
	expect(cutIntoTasks([zipped, zipped, zipped, zipped], 400)).toHaveLength(4);
});
