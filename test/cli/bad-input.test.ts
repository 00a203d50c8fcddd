// What the command makes of errors, one case of a kind; test/build/bad-input.test.ts has the
// errors themselves.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
	directoryWith,
	filesBelow,
	fixtures,
	seqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

const prose = join(fixtures, "prose", "chapter-001.txt");
const good = '{"text":"a good record"}\n';

test.each([
	[
		"wrong use that the library finds",
		["/nowhere/corpus.jsonl", "--seq-len", "64"],
		2,
		/^seqpack: .*no file or directory \/nowhere\/corpus\.jsonl/,
	],
	[
		"bad data",
		["@a.jsonl", "--seq-len", "64"],
		4,
		/^seqpack: .*a\.jsonl:3: the line is not JSON .*--on-error skip/,
	],
	[
		"an option that is no number",
		[prose, "--seq-len", "many"],
		2,
		/--seq-len <n>' argument 'many' is invalid.*whole number/,
	],
	[
		"an unknown option",
		[prose, "--seqlen", "5"],
		2,
		/unknown option '--seqlen'.*\n.*--seq-len/,
	],
	[
		"a name that is not known",
		[prose, "--seq-len", "64", "--format", "csv"],
		2,
		/csv.*parquet, arrow/,
	],
] as const)(
	"%s: a sentence and an exit code",
	async (_name, args, exitCode, sentence) => {
		const directory = directoryWith({
			"a.jsonl": `${good}${good}{"text": "cut\n`,
		});
		const out = join(temporaryDirectory(), "data");
		const { code, stderr, stdout } = await seqpack([
			"build",
			...args.map((arg) => arg.replace(/^@/, `${directory}/`)),
			...["--tokenizer", tokenizerPath, "--out", out],
		]);
		expect(stderr).toMatch(sentence);
		expect(stderr, "no stack").not.toMatch(/\n\s+at .*:\d+/);
		expect(stderr, "no defect").not.toMatch(/should not have happened/);
		expect(stdout).toBe("");
		expect(code).toBe(exitCode);
		// Bad data leaves a report, and nothing else.
		const left = existsSync(out) ? filesBelow(out) : [];
		expect(left, "no half-written dataset").toEqual(
			exitCode === 2
				? []
				: [expect.stringMatching(/^\.seqpack\/failure-[\w-]+\.json$/)],
		);
	},
);

test("what was skipped is told, and where it is listed", async () => {
	const directory = directoryWith({ "a.jsonl": `${good}broken\n${good}` });
	const { code, stderr } = await seqpack([
		...["build", directory, "--tokenizer", tokenizerPath, "--seq-len", "64"],
		...["--out", join(temporaryDirectory(), "data"), "--on-error", "skip"],
	]);
	expect(code, stderr).toBe(3);
	expect(stderr).toMatch(/skipped +1 record not-json/);
	expect(stderr).toMatch(/listed in index\/skipped-[0-9a-f]{8}\.jsonl/);
});
