import { join } from "node:path";
import { build } from "seqpack";
import { expect, test } from "vitest";
import { packers } from "../../src/pack/packers.js";
import {
	fixtureDocuments,
	fixtures,
	seqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

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
