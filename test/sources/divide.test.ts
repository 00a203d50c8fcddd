import { equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import {
	bytesOf,
	cutIntoTasks,
	divisionOf,
	wholeSpan,
} from "../../src/sources/divide.js";
import { jsonl } from "../../src/sources/jsonl.js";
import { BadInput, type Division } from "../../src/sources/source.js";
import { memoryStorage } from "../../src/storage/memory.js";
import { fixtures } from "../helpers.js";
import { inputsOf } from "./reading.js";

const division: fc.Arbitrary<Division> = fc.oneof(
	fc.record({ anywhere: fc.nat(5000) }),
	fc.record({ parts: fc.array(fc.nat(2000), { maxLength: 6 }) }),
);

const cases = [fc.array(division), fc.integer({ min: 1, max: 3000 })] as const;

test("tasks cover every input once, in order, and none is empty", () => {
	fc.assert(
		fc.property(...cases, (divisions, taskSize) => {
			const tasks = cutIntoTasks(divisions, taskSize);
			const spans = tasks.flat();
			let at = 0;
			divisions.forEach((division, input) => {
				const { end } = wholeSpan(division);
				let covered = 0;
				while (covered < end) {
					expect(spans[at]).toMatchObject({ input, start: covered });
					ok(spans[at].end > covered);
					covered = spans[at++].end;
				}
				equal(covered, end);
			});
			equal(at, spans.length);
			for (const task of tasks) ok(task.length > 0);
		}),
	);
});

test("tasks are of about equal size, and at most one part larger than asked for", () => {
	fc.assert(
		fc.property(...cases, (divisions, taskSize) => {
			const total = divisions.map(bytesOf).reduce((a, b) => a + b, 0);
			const wanted = Math.max(1, Math.ceil(total / taskSize));
			const largest = Math.max(
				0,
				...divisions.flatMap((d) => ("parts" in d ? d.parts : [])),
			);
			const sizes = cutIntoTasks(divisions, taskSize).map((task) =>
				task.reduce((sum, span) => sum + sizeOf(span, divisions), 0),
			);
			for (const size of sizes)
				ok(size < Math.ceil(total / wanted) + largest + 1);
			for (const size of sizes.slice(0, -1))
				ok(size >= Math.floor(total / wanted));
		}),
	);
});

function sizeOf(
	{ input, start, end }: { input: number; start: number; end: number },
	divisions: readonly Division[],
): number {
	const division = divisions[input];
	return "anywhere" in division
		? end - start
		: bytesOf({ parts: division.parts.slice(start, end) });
}

test("what can be divided anywhere makes equal tasks of the size asked for", () => {
	const tasks = cutIntoTasks([{ anywhere: 1_000_003 }], 100_000);
	expect(tasks).toHaveLength(11);
	for (const [{ start, end }] of tasks)
		expect(end - start).toBeLessThanOrEqual(100_000);
});

test("many small files share tasks", () => {
	const files = Array.from({ length: 1000 }, () => ({ parts: [100] }));
	const tasks = cutIntoTasks(files, 10_000);
	expect(tasks).toHaveLength(10);
	for (const task of tasks) expect(task).toHaveLength(100);
});

test("parts of a file that follow each other are one span", () => {
	expect(cutIntoTasks([{ parts: [10, 10, 10, 10, 10] }], 20)).toEqual([
		[{ input: 0, start: 0, end: 2 }],
		[{ input: 0, start: 2, end: 4 }],
		[{ input: 0, start: 4, end: 5 }],
	]);
});

test("a compressed file is one part, and gzip counts as four times its size", async () => {
	const file = {
		path: "f",
		source: "f",
		size: 100,
		version: null,
		format: "jsonl",
		compression: "gzip",
		frames: null,
	};
	const zipped = await divisionOf(memoryStorage({}), file);
	expect(zipped).toEqual({ parts: [400] });
	expect(cutIntoTasks([zipped, zipped, zipped, zipped], 400)).toHaveLength(4);
});

test("a row group of Parquet whose size is no number makes no part of unknown size", async () => {
	const path = join(fixtures, "interop/sources/ids/ids-encoded.parquet");
	const bytes = readFileSync(path);
	// The type of total_byte_size: now a struct.
	equal(bytes[1535], 0x16);
	bytes[1535] = 0x1c;
	const [file] = inputsOf({ "f.parquet": bytes });
	const storage = memoryStorage({ "f.parquet": bytes });
	expect(await divisionOf(storage, file)).toEqual({ parts: [bytes.length] });
});

test("what is wrong with all of a file leaves it one part: whoever reads it says so", async () => {
	const divide = vi.spyOn(jsonl, "divide");
	onTestFinished(() => divide.mockRestore());
	divide.mockRejectedValue(new BadInput("not-json", "it is bad"));
	const [file] = inputsOf({ "f.jsonl": Buffer.alloc(10) });
	expect(await divisionOf(memoryStorage({}), file)).toEqual({ parts: [10] });
});
