import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
	directoryWith,
	filesBelow,
	fixtures,
	seqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

const good = '{"text":"a good record"}\n';
const prose = join(fixtures, "prose", "chapter-001.txt");

interface Attempt {
	files?: Record<string, string | Uint8Array>;
	/** Arguments, with `@` for the directory of the files. */
	args?: string[];
	inputs?: string[];
}

/** Runs a build that must fail and must leave nothing behind. */
function failing({ files = {}, args = [], inputs }: Attempt) {
	const directory = directoryWith(files);
	const out = join(temporaryDirectory(), "data");
	const { code, stderr, stdout } = seqpack([
		"build",
		...(inputs ?? [directory]),
		...(args.includes("--tokenizer") ? [] : ["--tokenizer", tokenizerPath]),
		...(args.includes("--seq-len") ? [] : ["--seq-len", "64"]),
		...["--out", out],
		...args.map((arg) => arg.replace(/^@/, `${directory}/`)),
	]);
	expect(stdout).toBe("");
	expect(stderr, "no stack").not.toMatch(/\n\s+at .*:\d+/);
	expect(stderr, "no defect").not.toMatch(/should not have happened/);
	expect(existsSync(out), "no half-written dataset").toBe(false);
	return { code, stderr, directory };
}

const cases: [string, Attempt, number, RegExp][] = [
	[
		"no such file",
		{ inputs: ["/nowhere/corpus.jsonl"] },
		2,
		/no file or directory \/nowhere\/corpus\.jsonl/,
	],
	[
		"an empty file",
		{ files: { "a.jsonl": "" } },
		4,
		/there is no text in .*0 documents/,
	],
	["a directory without input", { files: {} }, 4, /no input files in/],
	[
		"only empty documents",
		{ files: { "a.jsonl": '{"text":""}\n', "b.txt": "" } },
		4,
		/no text in .*2 documents, all of them empty/,
	],
	[
		"a line that is not JSON",
		{ files: { "a.jsonl": `${good}${good}{"text": "cut\n${good}` } },
		4,
		/a\.jsonl:3: the line is not JSON .*--on-error skip/,
	],
	[
		"a record without the text field",
		{ files: { "a.jsonl": `${good}{"body":"x","lang":"en"}\n` } },
		4,
		/a\.jsonl:2: the record has no field "text" \(it has: body, lang\).*--text-field/,
	],
	[
		"a text that is a number",
		{ files: { "a.jsonl": '{"text":5}\n' } },
		4,
		/a\.jsonl:1: the field "text" is of type number/,
	],
	[
		"invalid UTF-8 in a record",
		{
			files: {
				"a.jsonl": Buffer.from(`${good}{"text":"caf\xe9"}\n`, "latin1"),
			},
		},
		4,
		/a\.jsonl:2: the line is not valid UTF-8/,
	],
	[
		"invalid UTF-8 in a text",
		{ files: { "a.txt": Buffer.from("one\ncaf\xe9\n", "latin1") } },
		4,
		/a\.txt:2: the line is not valid UTF-8/,
	],
	[
		"a truncated gzip",
		{
			files: { "a.jsonl.gz": gzipSync(good.repeat(100)).subarray(0, 50) },
		},
		4,
		/a\.jsonl\.gz:\d+: the gzip data ends too early/,
	],
	[
		"a gzip that is none",
		{ files: { "a.jsonl.gz": good } },
		4,
		/a\.jsonl\.gz:1: the gzip data is damaged or not gzip/,
	],
	[
		"an ending that is not known",
		{ inputs: [join(fixtures, "prose", "LICENSE")] },
		2,
		/cannot tell what .*LICENSE holds.*--input-format/,
	],
	[
		"a device, which has no end",
		{ inputs: ["/dev/zero"], args: ["--input-format", "text"] },
		2,
		/\/dev\/zero is not a file that can be read more than once/,
	],
	[
		"a tokenizer that is a device",
		{ inputs: [prose], args: ["--tokenizer", "/dev/zero"] },
		2,
		/\/dev\/zero is not a file/,
	],
	[
		"no tokenizer there",
		{ inputs: [prose], args: ["--tokenizer", "/nowhere/tokenizer.json"] },
		2,
		/no tokenizer at \/nowhere\/tokenizer\.json/,
	],
	[
		"a tokenizer that is not JSON",
		{
			files: { "t.json": "not json" },
			inputs: [prose],
			args: ["--tokenizer", "@t.json"],
		},
		4,
		/t\.json is not a usable tokenizer\.json: it is not JSON/,
	],
	[
		"a tokenizer of another kind of JSON",
		{
			files: { "t.json": '{"hello":1}' },
			inputs: [prose],
			args: ["--tokenizer", "@t.json"],
		},
		4,
		/t\.json is not a usable tokenizer\.json: it has no "model"/,
	],
	[
		"a tokenizer with an unknown model",
		{
			files: { "t.json": '{"model":{"type":"Magic","vocab":{"a":0}}}' },
			inputs: [prose],
			args: ["--tokenizer", "@t.json"],
		},
		4,
		/not a usable tokenizer\.json: .*Magic/,
	],
	[
		"a tokenizer that the fast engine cannot run, where it must",
		{
			inputs: [prose],
			files: {
				"t.json":
					'{"model":{"type":"WordPiece","vocab":{"[UNK]":0,"a":1},"unk_token":"[UNK]"}}',
			},
			args: ["--tokenizer", "@t.json", "--tokenizer-engine", "fast"],
		},
		2,
		/seqpack's own engine cannot run .*t\.json, because of its model of type WordPiece.*--tokenizer-engine huggingface/,
	],
	[
		"a directory without a tokenizer",
		{ inputs: [prose], args: ["--tokenizer", fixtures] },
		2,
		/holds no tokenizer\.json/,
	],
	[
		"--seq-len 0",
		{ inputs: [prose], args: ["--seq-len", "0"] },
		2,
		/seqLen \(--seq-len\) is 0: give a whole number from 1/,
	],
	[
		"--seq-len that is no number",
		{ inputs: [prose], args: ["--seq-len", "many"] },
		2,
		/--seq-len <n>' argument 'many' is invalid.*whole number/,
	],
	[
		"an unknown option",
		{ inputs: [prose], args: ["--seqlen", "5"] },
		2,
		/unknown option '--seqlen'.*\n.*--seq-len/,
	],
	[
		"an unknown format",
		{ inputs: [prose], args: ["--format", "csv"] },
		2,
		/'csv' is invalid.*parquet, arrow/,
	],
	[
		"a compression that the format has not",
		{ inputs: [prose], args: ["--format", "arrow", "--compression", "zstd"] },
		2,
		/compression \(--compression\) is "zstd": give one of none/,
	],
	[
		"negative workers",
		{ inputs: [prose], args: ["--workers", "-1"] },
		2,
		/workers \(--workers\) is -1/,
	],
];

test.each(cases)("%s", (_name, attempt, exitCode, sentence) => {
	const { code, stderr } = failing(attempt);
	expect(stderr).toMatch(sentence);
	expect(code).toBe(exitCode);
});

test.each([
	["merges that are no list", '"merges":"x"', /"merges" is no list/],
	[
		"a merge that is no pair",
		'"merges":[["a"]]',
		/merge 1 \(\["a"\]\) is no pair/,
	],
	["an id that cannot be", '"vocab":{"b":-5}', /the token "b" has the id -5/],
	["no vocabulary", '"vocab":null', /its model has no "vocab"/],
])("a tokenizer with %s", (_name, part, sentence) => {
	const model = `{"type":"BPE","vocab":{"a":0},"merges":[],${part}}`;
	const { code, stderr } = failing({
		files: { "t.json": `{"model":${model}}` },
		inputs: [prose],
		args: ["--tokenizer", "@t.json"],
	});
	expect(stderr).toMatch(sentence);
	expect(code).toBe(4);
});

test("a file that is called seqpack.json and is another's is left alone", () => {
	const out = directoryWith({ "seqpack.json": '{"planHash":"x"}' });
	const { code, stderr } = seqpack([
		...["build", prose, "--tokenizer", tokenizerPath],
		...["--seq-len", "64", "--out", out, "--overwrite"],
	]);
	expect(stderr).toMatch(/already holds something else \(seqpack\.json\)/);
	expect(code).toBe(2);
	expect(filesBelow(out)).toEqual(["seqpack.json"]);
});

test("an unwritable output directory", () => {
	const directory = directoryWith({ file: "in the way" });
	for (const [out, sentence] of [
		[join(directory, "file"), /is a file, not a directory/],
		[join(directory, "file", "below"), /a part of the path is a file/],
		["/proc/seqpack-test", /cannot write .*\/proc\/seqpack-test/],
	] as const) {
		const { code, stderr } = seqpack([
			...["build", prose, "--tokenizer", tokenizerPath],
			...["--seq-len", "64", "--out", out],
		]);
		expect(stderr).toMatch(sentence);
		expect(stderr).not.toMatch(/\n\s+at /);
		expect(code).toBe(2);
	}
	expect(filesBelow(directory)).toEqual(["file"]);
});

test("the line is counted in the whole file, whatever task it is in", () => {
	const lines = Array.from({ length: 4000 }, (_, i) =>
		i === 3210 ? "broken\n" : `{"text":"record number ${i}"}\n`,
	);
	const directory = directoryWith({ "a.jsonl": lines.join("") });
	const args = (...more: string[]) => [
		...["build", directory, "--tokenizer", tokenizerPath, "--seq-len", "64"],
		...["--task-size", "10K", "--workers", "2", ...more],
	];
	const out = join(temporaryDirectory(), "data");
	const stopped = seqpack(args("--out", out));
	expect(stopped.code).toBe(4);
	expect(stopped.stderr).toMatch(/a\.jsonl:3211: the line is not JSON/);
	expect(
		existsSync(out) ? filesBelow(out).filter((f) => !f.startsWith(".")) : [],
	).toEqual([]);

	const skipped = seqpack(args("--out", out, "--on-error", "skip"));
	expect(skipped.code, skipped.stderr).toBe(0);
	expect(skipped.stderr).toMatch(/skipped +1 record not-json/);
});

describe("--on-error skip", () => {
	test("counts and lists what it passes over, the same with any workers", () => {
		const directory = directoryWith({
			"a.jsonl": [
				...Array(300).fill(good),
				"broken\n",
				...Array(300).fill(good),
				'{"body":1}\n',
				"\n",
				"[]\n",
			].join(""),
			"b.txt": Buffer.from("caf\xe9", "latin1"),
			"c.jsonl.gz": gzipSync(good.repeat(50)).subarray(0, 40),
		});
		const runs = ["1", "3"].map((workers) => {
			const out = join(temporaryDirectory(), "data");
			const { code, stderr, stdout } = seqpack([
				...["build", directory, "--tokenizer", tokenizerPath],
				...["--seq-len", "64", "--out", out, "--on-error", "skip"],
				...["--task-size", "2K", "--workers", workers, "--json"],
			]);
			expect(code, stderr).toBe(0);
			const list = seqpackSkipped(out);
			return { out, summary: JSON.parse(stdout), list, stderr };
		});
		const [{ out, summary, list, stderr }] = runs;
		expect(runs[1].list).toEqual(list);
		expect(summary.skippedRecords).toEqual({
			"not-json": 1,
			"no-text": 1,
			"not-an-object": 1,
			"invalid-utf8": 1,
			"truncated-gzip": 1,
		});
		expect(summary.records).toBe(summary.documents + 5);
		expect(stderr).toMatch(/index\/skipped\.jsonl/);
		expect(
			list.map(({ source, line, reason }) => [source, line, reason]),
		).toEqual([
			["a.jsonl", 301, "not-json"],
			["a.jsonl", 602, "no-text"],
			["a.jsonl", 604, "not-an-object"],
			["b.txt", 1, "invalid-utf8"],
			["c.jsonl.gz", expect.any(Number), "truncated-gzip"],
		]);
		expect(list[0].position).toBe(300 * good.length);
		expect(seqpack(["verify", out]).code).toBe(0);
	});
});

function seqpackSkipped(
	out: string,
): { source: string; line: number; reason: string; position: number }[] {
	return readFileSync(join(out, "index/skipped.jsonl"), "utf8")
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
}

test("an input that has changed is another build", () => {
	const directory = directoryWith({ "a.jsonl": good.repeat(10) });
	const out = join(temporaryDirectory(), "data");
	const args = [
		...["build", directory, "--tokenizer", tokenizerPath],
		...["--seq-len", "64", "--out", out],
	];
	expect(seqpack(args).code).toBe(0);
	writeFileSync(join(directory, "a.jsonl"), good.repeat(9));
	const { code, stderr } = seqpack(args);
	expect(code).toBe(2);
	expect(stderr).toMatch(/input files are not the same or have changed/);
});
