import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
	DataError,
	EnvironmentError,
	InterruptedError,
	UsageError,
} from "../../src/core/errors.js";
import {
	failureReport,
	isReported,
	withoutQuotes,
	writeFailureReport,
} from "../../src/engines/failure-report.js";
import { temporaryDirectory } from "../helpers.js";

const work = {
	command: "build",
	options: { inputs: ["https://me:word@host/a.jsonl"], seqLen: 64 },
	out: null,
	progress: null,
	began: 0,
};

const reportOf = (error: unknown, more: object = {}) =>
	failureReport(error, { ...work, ...more }, new Date(5000));

test.each([
	[new EnvironmentError("x", "s"), true],
	[new DataError("x", "s"), true],
	[new TypeError("x"), true],
	["a text that was thrown", true],
	[new UsageError("x", "s"), false],
	[new InterruptedError("s"), false],
])("of %s there is a report: %s", (error, is) => {
	expect(isReported(error)).toBe(is);
});

test.each([
	['the id "CANARY" is there twice', 'the id "..." is there twice'],
	[`"CANARY "CANARY" CANARY" is none`, '"..." is none'],
	["Unexpected token 'C', \"CANARY\" is not valid JSON", "CANARY"],
	["Cannot create property 'a' on string 'CANARY it's'", "CANARY"],
	["the template `CANARY` of it", "CANARY"],
	['a\n"CANARY\nCANARY"', "CANARY"],
	["cannot write /a/it's: the disk is full", "the disk is full"],
])("what a sentence quotes is left out: %s", (sentence, rest) => {
	const left = withoutQuotes(sentence);
	if (rest === "CANARY") expect(left).not.toContain(rest);
	else expect(left).toContain(rest);
});

test("a defect is told by its frames, without the message that a stack begins with", async () => {
	const error = new SyntaxError(
		'Unexpected token in "CANARY text\n at CANARY"',
	);
	const report = await reportOf(error);
	expect(JSON.stringify(report)).not.toContain("CANARY");
	expect(report).toMatchObject({
		error: { name: "SyntaxError", isDefect: true, exitCode: 1, place: null },
	});
	const { stack } = (report as { error: { stack: string[] } }).error;
	expect(stack[0]).toMatch(/failure-report\.test\.ts/);
});

test.each([
	[new Error("CANARY text that nobody quotes"), null],
	["CANARY, thrown as a text", null],
	[new TypeError("CANARY.split is not a function"), null],
	[
		new TypeError("Cannot read properties of undefined (reading CANARY)"),
		"Cannot read properties of undefined",
	],
	[new RangeError("Invalid array length: CANARY"), "Invalid array length"],
])(
	"of a defect only what holds nothing of the input is told: %s",
	async (thrown, sentence) => {
		const changed = new Error("other", { cause: thrown });
		changed.stack = `Error: CANARY\n    at CANARY (CANARY:1:1)\nCANARY\n${new Error("x").stack?.split("\n").slice(1).join("\n")}`;
		const report = await reportOf(thrown);
		expect(report).toMatchObject({ error: { sentence, isDefect: true } });
		for (const one of [report, await reportOf(changed)])
			expect(JSON.stringify(one)).not.toContain("CANARY");
	},
);

test("of a record that cannot be used the report has the place, and what the reason means", async () => {
	const error = new DataError("not-json", "a.jsonl:2: CANARY.", "a.jsonl:2");
	const report = await reportOf(error);
	expect(JSON.stringify(report)).not.toContain("CANARY");
	expect(report).toMatchObject({
		error: { code: "not-json", place: "a.jsonl:2", exitCode: 4 },
	});
});

test("credentials are left out, and what is long is cut", async () => {
	const where = "x".repeat(1e6);
	const inputs = Array.from({ length: 1e5 }, () => "https://me:word@host/a");
	const report = await reportOf(new Error("x"), { options: { where, inputs } });
	const text = JSON.stringify(report);
	expect(text).not.toContain("word");
	expect(text).toContain("https://host/a");
	expect(text.length).toBeLessThan(20_000);
});

test("it lies in the state of the build, and the last three are kept", async () => {
	const out = join(temporaryDirectory(), "out");
	for (let i = 0; i < 5; i++) {
		const path = await writeFailureReport(new Error("x"), { ...work, out });
		expect(path).toMatch(/out\/\.seqpack\/failure-[\w-]+\.json$/);
		await new Promise((resolve) => setTimeout(resolve, 2));
	}
	expect(readdirSync(join(out, ".seqpack"))).toHaveLength(3);
});

test("a directory of somebody else's is left alone, and so is one that cannot be written", async () => {
	const out = temporaryDirectory();
	writeFileSync(join(out, "mine.txt"), "");
	const file = join(temporaryDirectory(), "file");
	writeFileSync(file, "");
	for (const place of [out, file]) {
		const report = { ...work, out: place };
		const path = await writeFailureReport(new Error("x"), report);
		expect(path).toMatch(/seqpack-failure-[\w-]+\.json$/);
		expect(JSON.parse(readFileSync(String(path), "utf8"))).toMatchObject({
			format: "seqpack-failure",
		});
	}
	expect(readdirSync(out)).toEqual(["mine.txt"]);
});
