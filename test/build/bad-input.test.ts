import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build, SeqpackError, verify } from "seqpack";
import { describe, expect, test } from "vitest";
import { asFlag } from "../../cli/fail.js";
import {
	directoryWith,
	filesBelow,
	fixtures,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { mdsOf } from "../sources/mds-bytes.js";
import { arrowTable, parquetTable } from "../sources/tables.js";
import { tarOf } from "../sources/tar-bytes.js";
import { readManifest } from "./dataset-rows.js";

const good = '{"text":"a good record"}\n';
const prose = join(fixtures, "prose", "chapter-001.txt");

interface Attempt {
	files?: Record<string, string | Uint8Array>;
	/** Options, with `@` for the directory of the files. */
	options?: Partial<BuildOptions>;
	inputs?: string[];
}

/** The error of a build that must fail, as the command prints it. */
async function errorOf(options: Partial<BuildOptions>) {
	const error = await build({
		tokenizer: tokenizerPath,
		seqLen: 64,
		workers: 0,
		...options,
	} as BuildOptions).then(
		() => null,
		(reason) => reason,
	);
	expect(error).toBeInstanceOf(SeqpackError);
	const { exitCode } = error as SeqpackError;
	return { exitCode, sentence: (error as SeqpackError).sentence(asFlag) };
}

/** Builds what must fail and must leave nothing behind. */
async function failing({ files = {}, options = {}, inputs }: Attempt) {
	const directory = directoryWith(files);
	const out = join(temporaryDirectory(), "data");
	const tokenizer = options.tokenizer?.replace(/^@/, `${directory}/`);
	const error = await errorOf({
		inputs: inputs ?? [directory],
		...options,
		...(tokenizer === undefined ? {} : { tokenizer }),
		out,
	});
	expect(existsSync(out), "no half-written dataset").toBe(false);
	return error;
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
		"only documents in no stratum",
		{
			files: { "a.jsonl": good.repeat(3) },
			options: { strata: "a:5000-", perStratum: 2 },
		},
		4,
		/nothing is left of .*a\.jsonl: 3 records are left out \(3 strata\)/,
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
		{ files: { "a.jsonl.gz": Buffer.alloc(50) } },
		4,
		/a\.jsonl\.gz:1: the gzip data is damaged or not gzip/,
	],
	[
		"a page that a server sent in place of a file",
		{ files: { "a.jsonl.gz": "<!doctype html><title>404</title>" } },
		4,
		/a\.jsonl\.gz cannot be read as JSON Lines: it seems to be an HTML page.*--on-error skip/,
	],
	[
		"a pointer of Git LFS",
		{
			files: {
				"a.txt": "version https://git-lfs.github.com/spec/v1\noid x\nsize 9\n",
			},
		},
		4,
		/a\.txt is not the file itself.*git lfs pull/,
	],
	[
		"a separator without a text to cut",
		{ files: { "a.jsonl": good }, options: { separator: "--" } },
		2,
		/--separator would change nothing/,
	],
	[
		"an ending that is not known",
		{ inputs: [join(fixtures, "prose", "LICENSE")] },
		2,
		/cannot tell what .*LICENSE holds.*--input-format/,
	],
	[
		"a device, which has no end",
		{ inputs: ["/dev/zero"], options: { inputFormat: "text" } },
		2,
		/\/dev\/zero is not a file that can be read more than once/,
	],
	[
		"a tokenizer that is a device",
		{ inputs: [prose], options: { tokenizer: "/dev/zero" } },
		2,
		/\/dev\/zero is not a file/,
	],
	[
		"no tokenizer there",
		{ inputs: [prose], options: { tokenizer: "/nowhere/tokenizer.json" } },
		2,
		/no tokenizer at \/nowhere\/tokenizer\.json/,
	],
	[
		"a tokenizer that is not JSON",
		{
			files: { "t.json": "not json" },
			inputs: [prose],
			options: { tokenizer: "@t.json" },
		},
		4,
		/t\.json is not a usable tokenizer\.json: it is not JSON/,
	],
	[
		"a tokenizer of another kind of JSON",
		{
			files: { "t.json": '{"hello":1}' },
			inputs: [prose],
			options: { tokenizer: "@t.json" },
		},
		4,
		/t\.json is not a usable tokenizer\.json: it has no "model"/,
	],
	[
		"a tokenizer with an unknown model",
		{
			files: { "t.json": '{"model":{"type":"Magic","vocab":{"a":0}}}' },
			inputs: [prose],
			options: { tokenizer: "@t.json" },
		},
		4,
		/not a usable tokenizer\.json: .*Magic/,
	],
	[
		"a tokenizer of a kind that nobody runs",
		{
			inputs: [prose],
			files: {
				"t.json":
					'{"model":{"type":"WordPieces","vocab":{"[UNK]":0,"a":1},"unk_token":"[UNK]"}}',
			},
			options: { tokenizer: "@t.json" },
		},
		4,
		/t\.json is not a usable tokenizer\.json: model cannot be used: there is no model of type "WordPieces" \(did you mean WordPiece\?\)/,
	],
	[
		"a directory without a tokenizer",
		{ inputs: [prose], options: { tokenizer: fixtures } },
		2,
		/holds no tokenizer\.json/,
	],
	[
		"rows of no tokens",
		{ inputs: [prose], options: { seqLen: 0 } },
		2,
		/^--seq-len is 0: give a whole number from 1/,
	],
	[
		"a compression that the format has not",
		{ inputs: [prose], options: { format: "arrow", compression: "zstd" } },
		2,
		/^--compression is "zstd", and shards of the format arrow have: none/,
	],
	[
		"negative workers",
		{ inputs: [prose], options: { workers: -1 } },
		2,
		/^--workers is -1/,
	],
];

test.each(cases)("%s", async (_name, attempt, exitCode, expected) => {
	const error = await failing(attempt);
	expect(error.sentence).toMatch(expected);
	expect(error.exitCode).toBe(exitCode);
});

test.each([
	[
		"merges that are no list",
		'"merges":"x"',
		/its "merges" is "x", not a list of pairs of tokens/,
	],
	[
		"a merge that is no pair",
		'"merges":[["a"]]',
		/its "merges"\[0\] is \["a"\], not a pair of tokens/,
	],
	[
		"an id that cannot be",
		'"vocab":{"b":-5}',
		/the token "b" of its "vocab" has the id -5, not a whole number of at least 0/,
	],
	[
		"no vocabulary",
		'"vocab":null',
		/its "vocab" is null, not an object of tokens and their ids/,
	],
])("a tokenizer with %s", async (_name, part, expected) => {
	const model = `{"type":"BPE","vocab":{"a":0},"merges":[],${part}}`;
	const { exitCode, sentence } = await failing({
		files: { "t.json": `{"model":${model}}` },
		inputs: [prose],
		options: { tokenizer: "@t.json" },
	});
	expect(sentence).toMatch(expected);
	expect(exitCode).toBe(4);
});

test("a file that is called seqpack.json and is another's is left alone", async () => {
	const out = directoryWith({ "seqpack.json": '{"planHash":"x"}' });
	const { exitCode, sentence } = await errorOf({
		inputs: [prose],
		out,
		overwrite: true,
	});
	expect(sentence).toMatch(/already holds something else \(seqpack\.json\)/);
	expect(exitCode).toBe(2);
	expect(filesBelow(out)).toEqual(["seqpack.json"]);
});

test("an unwritable output directory", async () => {
	const directory = directoryWith({ file: "in the way" });
	for (const [out, sentence] of [
		[join(directory, "file"), /is a file, not a directory/],
		[join(directory, "file", "below"), /a part of the path is a file/],
		["/proc/seqpack-test", /cannot write .*\/proc\/seqpack-test/],
	] as const) {
		const error = await errorOf({ inputs: [prose], out });
		expect(error.sentence).toMatch(sentence);
		expect(error.exitCode).toBe(2);
	}
	expect(filesBelow(directory)).toEqual(["file"]);
});

test("the line is counted in the whole file, whatever task it is in", async () => {
	const lines = Array.from({ length: 4000 }, (_, i) =>
		i === 3210 ? "broken\n" : `{"text":"record number ${i}"}\n`,
	);
	const directory = directoryWith({ "a.jsonl": lines.join("") });
	const out = join(temporaryDirectory(), "data");
	const options = {
		inputs: [directory],
		out,
		tokenizer: tokenizerPath,
		seqLen: 64,
		taskSize: 10_240,
		workers: 2,
	};
	const stopped = await errorOf(options);
	expect(stopped.exitCode).toBe(4);
	expect(stopped.sentence).toMatch(/a\.jsonl:3211: the line is not JSON/);
	expect(
		existsSync(out) ? filesBelow(out).filter((f) => !f.startsWith(".")) : [],
	).toEqual([]);

	const { manifest } = await build({ ...options, onError: "skip" });
	expect(manifest.totals.skippedRecords).toEqual({ "not-json": 1 });
});

describe("skipping", () => {
	test("counts and lists what it passes over, the same with any workers", async () => {
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
		const runs = [];
		for (const workers of [1, 3]) {
			const out = join(temporaryDirectory(), "data");
			const { manifest } = await build({
				inputs: [directory],
				out,
				tokenizer: tokenizerPath,
				seqLen: 64,
				onError: "skip",
				taskSize: 2048,
				workers,
			});
			runs.push({ out, totals: manifest.totals, list: skippedOf(out) });
		}
		const [{ out, totals, list }] = runs;
		expect(runs[1].list).toEqual(list);
		expect(totals.skippedRecords).toEqual({
			"not-json": 1,
			"no-text": 1,
			"not-an-object": 1,
			"invalid-utf8": 1,
			"truncated-gzip": 1,
		});
		expect(totals.records).toBe(totals.documents + 5);
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
		expect((await verify(out)).problems).toEqual([]);
	});
});

/** Files of which no record can be read, by the reason. */
function unusableFiles(): [string, string, Uint8Array][] {
	const rows = [{ text: "good" }, { text: "good" }];
	const table = Buffer.from(parquetTable(rows, 1));
	const footer = table.readUInt32LE(table.length - 8);
	const stream = Buffer.from(arrowTable(rows, 1));
	const shard = mdsOf({ text: "str" }, rows);
	const changed = (bytes: Buffer, at: number) => {
		const copy = Buffer.from(bytes);
		copy.fill(0xff, at, at + 4);
		return copy;
	};
	return [
		[
			"not-parquet",
			"footer.parquet",
			changed(table, table.length - 8 - footer),
		],
		["not-parquet", "cut.parquet", table.subarray(0, table.length - 9)],
		["not-parquet", "length.parquet", changed(table, table.length - 8)],
		["no-text-column", "b.parquet", parquetTable([{ other: "x" }], 1)],
		["not-arrow", "schema.arrow", changed(stream, 12)],
		["not-arrow", "cut.arrow", stream.subarray(0, 40)],
		["no-text-column", "b.arrow", arrowTable([{ other: "x" }], 1)],
		["corrupt-mds", "offset.mds", changed(shard, 4)],
		["truncated-mds", "head.mds", changed(shard, 0)],
		["truncated-mds", "cut.mds", shard.subarray(0, 3)],
		["no-text", "b.mds", mdsOf({ other: "str" }, [{ other: "x" }])],
		["corrupt-tar", "a.tar", changed(tarOf([{ name: "a.txt" }]), 100)],
	];
}

test.each(unusableFiles())(
	"%s: %s stops a build with its name, or is left out, counted and listed",
	async (reason, name, bytes) => {
		const files = { "a.jsonl": good.repeat(3), [name]: bytes };
		const { exitCode, sentence } = await failing({ files });
		expect(exitCode).toBe(4);
		expect(sentence).toContain(name);
		const out = join(temporaryDirectory(), "data");
		const { manifest } = await build({
			inputs: [directoryWith(files)],
			out,
			tokenizer: tokenizerPath,
			seqLen: 64,
			onError: "skip",
			workers: 0,
		});
		expect(manifest.totals).toMatchObject({
			documents: 3,
			skippedRecords: { [reason]: 1 },
		});
		expect(skippedOf(out)).toMatchObject([{ source: name, reason }]);
	},
);

function skippedOf(
	out: string,
): { source: string; line: number; reason: string; position: number }[] {
	return readFileSync(join(out, readManifest(out).skipped.path), "utf8")
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
}

test("an input that has changed is another build", async () => {
	const directory = directoryWith({ "a.jsonl": good.repeat(10) });
	const options = {
		inputs: [directory],
		out: join(temporaryDirectory(), "data"),
		tokenizer: tokenizerPath,
		seqLen: 64,
		workers: 0,
	};
	await build(options);
	writeFileSync(join(directory, "a.jsonl"), good.repeat(9));
	const { exitCode, sentence } = await errorOf(options);
	expect(exitCode).toBe(2);
	expect(sentence).toMatch(/input files are not the same or have changed/);
});
