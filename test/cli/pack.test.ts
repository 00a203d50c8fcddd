import { dirname, join } from "node:path";
import { Int32 } from "apache-arrow";
import { build } from "seqpack";
import { describe, expect, test } from "vitest";
import { packers } from "../../src/pack/packers.js";
import {
	fixtureDocuments,
	fixtures,
	seqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { type Columns, writeInputs, writers } from "../records/inputs.js";

const scripts = join(fixtures, "scripts");

test("compares all packers on text and on the dataset made of it alike", async () => {
	const out = join(temporaryDirectory(), "data");
	await build({
		inputs: [scripts],
		tokenizer: tokenizerPath,
		seqLen: 1024,
		workers: 0,
		out,
	});
	const compare = async (...args: string[]) => {
		const { code, stdout, stderr } = await seqpack([
			"pack",
			...["--seq-len", "2048", "--json", "--compare"],
			...args,
		]);
		expect(code, stderr).toBe(0);
		const table = JSON.parse(stdout);
		for (const report of table.packers) delete report.milliseconds;
		return { table, stderr };
	};
	const ofDataset = await compare(out);
	const ofText = await compare(scripts, "--tokenizer", tokenizerPath);
	expect(ofDataset.table).toEqual(ofText.table);
	expect(ofText.table.packers).toHaveLength(packers.names.length);
	expect(ofText.stderr).toMatch(/best-fit-decreasing +\d/);
	expect(ofText.stderr).toMatch(
		/45 documents, [\d,]+ tokens, in rows of 2,048/,
	);
	expect(fixtureDocuments).toBeGreaterThan(45);
});

test.each([
	[["--compare", scripts], /^seqpack: --seq-len is missing/],
	[["--seq-len", "64"], /^seqpack: <store> is missing/],
	[
		["--compare", scripts, "--seq-len", "64"],
		/is not a dataset of seqpack.*give --tokenizer/,
	],
	[
		["--compare", scripts, "--seq-len", "64", "--min-sequence", "65"],
		/^seqpack: --min-sequence is 65, more than/,
	],
	[
		["--compare", scripts, "--seq-len", "0"],
		/^seqpack: --seq-len is 0: give a whole number from 1/,
	],
	[
		["--compare", scripts, "--seq-len", "64", "--ranks", "0"],
		/^seqpack: --ranks is 0: give a whole number/,
	],
])("%j is wrong use", async (args, sentence) => {
	const { code, stderr } = await seqpack(["pack", ...args]);
	expect(stderr).toMatch(sentence);
	expect(code).toBe(2);
});

test("--help has an example", async () => {
	expect((await seqpack(["pack", "--help"])).stdout).toContain(
		"seqpack pack --compare corpus/*.jsonl.gz --tokenizer",
	);
});

describe("records", () => {
	const columns: Columns = {
		n: [new Int32(), [5, 3, 8, 2, 9, 12]],
		c: [new Int32(), [1, 2, 3, 4, 5, 6]],
	};
	const files = () => {
		const directory = temporaryDirectory();
		const table = writers["parquet file"](columns);
		const [path] = writeInputs(directory, { "items.parquet": table });
		return { path, out: join(directory, "out") };
	};

	test("are packed, and what came of it is told", async () => {
		const { path, out } = files();
		const { code, stdout, stderr } = await seqpack([
			...["pack", path, "--length-column", "n", "--cost-column", "c"],
			...["--pass-through", "--seq-len", "10", "--long-records", "drop"],
			...["--order", "balanced", "--ranks", "2", "--out", out, "--json"],
		]);
		expect(code, stderr).toBe(0);
		expect(stderr).toMatch(/^Packed .*out in [\d.]+ s\n/m);
		expect(stderr).toMatch(/ records +6 of 1 file\n/);
		expect(stderr).toMatch(/ dropped +1 record \(1 too-long, 12 tokens\)\n/);
		expect(stderr).toMatch(/ packs +3 rows of 10, 1.67 records each\n/);
		expect(stderr).toMatch(/ fill +90.00 % .*no packing needs fewer than 3\)/);
		expect(stderr).toMatch(/ balance +the costliest row of a step is 1\.\d+ /);
		expect(JSON.parse(stdout)).toMatchObject({
			command: "pack",
			status: "packed",
			records: 6,
			rows: 3,
			tokens: 27,
			cost: 15,
			shards: 1,
			manifest: join(out, "records.json"),
		});
	});

	test.each<[string[], RegExp]>([
		[
			[],
			/items\.parquet is not a store: that is a directory with seqpack\.json\. .*--length-column\.$/m,
		],
		[
			["--pass-through"],
			/^seqpack: --pass-through would change nothing: it is for --length-column\. Leave it out\.$/m,
		],
		[
			["--cost-column", "c"],
			/^seqpack: --cost-column would change nothing: it is for --length-column\./,
		],
		[
			["--length-column", "n", "--layout", "packed"],
			/^seqpack: --layout would change nothing: it is for a store, not for records\./,
		],
		[
			["--length-column", "n", "--min-sequence", "2"],
			/--min-sequence would change nothing/,
		],
		[
			["--length-column", "tokens"],
			/items\.parquet has no column tokens, which --length-column names; its columns: n, c\.$/m,
		],
		[
			["--length-column", "n"],
			/items\.parquet, row 6: the record has 12 tokens, and a row holds 10\. Give a larger --seq-len, or --long-records drop to leave/,
		],
	])("%j is refused with a sentence", async (args, sentence) => {
		const { path, out } = files();
		const { code, stderr } = await seqpack([
			...["pack", path, "--seq-len", "10", "--out", out],
			...args,
		]);
		expect(stderr).toMatch(sentence);
		expect(code).toBeGreaterThan(1);
	});

	test("in a directory want it too", async () => {
		const { path, out } = files();
		const { code, stderr } = await seqpack([
			...["pack", dirname(path), "--seq-len", "10", "--out", out],
		]);
		expect(stderr).toMatch(/ is not a store: .* --length-column\.$/m);
		expect(code).toBe(2);
	});

	test("in several files want a column of lengths", async () => {
		const { path, out } = files();
		const { code, stderr } = await seqpack([
			...["pack", path, path, "--seq-len", "10", "--out", out],
		]);
		expect(stderr).toMatch(
			/^seqpack: --length-column is missing: a store is one/,
		);
		expect(code).toBe(2);
	});
});
