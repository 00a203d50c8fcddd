import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build, verify } from "seqpack";
import { describe, expect, test } from "vitest";
import { bucketsOf } from "../../src/decompose/decompose-documents.js";
import { decomposers } from "../../src/decompose/decomposers.js";
import {
	contentsOf,
	fixtures,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { readIndex, readRows, rebuildDocuments } from "./dataset-rows.js";

const inputs = [join(fixtures, "prose"), join(fixtures, "code")];
const usual = { inputs, tokenizer: tokenizerPath, workers: 0 };

/** Builds buckets from real text, checks them, and returns the manifest and the place. */
async function built(options: Partial<BuildOptions>) {
	const out = join(temporaryDirectory(), "data");
	const { manifest } = await build({
		...usual,
		layout: "buckets",
		out,
		...options,
	});
	expect((await verify(out)).problems).toEqual([]);
	return { manifest, out };
}

describe.each(decomposers.names)("%s", (decomposer) => {
	test.each(["drop", "keep", "pack"] as const)(
		"remainder %s: nothing is lost, and rows are of their bucket",
		async (remainder) => {
			const { manifest, out } = await built({
				decomposer,
				remainder,
				maxLength: 2048,
				taskSize: 300_000,
			});
			const { totals, summary, settings } = manifest;
			const { fillsRows } = decomposers.find(decomposer);
			const loses = remainder === "drop" && fillsRows;
			expect(Object.keys(totals.dropped).length > 0).toBe(loses);
			const lengths = settings.buckets?.buckets.map(({ length }) => length);
			expect(lengths).toEqual(
				bucketsOf({ name: decomposer, maxLength: 2048 }).map(
					({ length }) => length,
				),
			);
			const isFull = loses;
			let squares = 0;
			for (const { path } of manifest.shards) {
				const length = Number(/len-(\d+)/.exec(path)?.[1]);
				for (const row of await readRows(join(out, path))) {
					if (isFull) expect(row.input_ids).toHaveLength(length);
					expect(row.input_ids.length).toBeLessThanOrEqual(length);
					if (remainder !== "pack") expect(row.seq_lengths).toHaveLength(1);
					squares += row.seq_lengths.reduce((sum, n) => sum + n * n, 0);
				}
			}
			expect(summary.buckets?.attention).toBeCloseTo(
				squares / (totals.rowTokens * 2048),
				12,
			);
			if (loses) return;
			const whole = join(temporaryDirectory(), "packed");
			await build({ ...usual, seqLen: 1024, taskSize: 300_000, out: whole });
			expect(await rebuildDocuments(out)).toEqual(
				await rebuildDocuments(whole),
			);
		},
	);
});

test("binary: each document is in the buckets of its length's binary digits", async () => {
	const { out, manifest } = await built({ minLength: 64, maxLength: 1024 });
	const documents = await readIndex(out);
	expect(documents.length).toBeGreaterThan(100);
	for (const document of documents) {
		const due: number[] = Array(Math.floor(document.tokens / 1024)).fill(1024);
		for (let digit = 512; digit >= 64; digit /= 2)
			if (document.tokens & digit) due.push(digit);
		expect(document.buckets).toEqual(due);
		expect(document.dropped_tokens).toBe(document.tokens % 64);
	}
	const report = manifest.summary.buckets;
	expect(report?.buckets.map(({ length }) => length)).toEqual([
		64, 128, 256, 512, 1024,
	]);
	for (const bucket of report?.buckets ?? []) {
		expect(bucket.tokens).toBe(bucket.sequences * bucket.length);
		expect(bucket.averageLength).toBe(bucket.length);
		expect(bucket.averageContext).toBe((bucket.length - 1) / 2);
	}
	expect(
		report?.buckets.reduce((sum, { share }) => sum + share, 0),
	).toBeCloseTo(1, 12);
});

test("rows of a token more than the bucket's length", async () => {
	const { out, manifest } = await built({ plusOne: true, maxLength: 1024 });
	for (const { path } of manifest.shards) {
		const length = Number(/len-(\d+)/.exec(path)?.[1]);
		for (const row of await readRows(join(out, path)))
			expect(row.input_ids).toHaveLength(length + 1);
	}
});

test("windows that overlap are counted once", async () => {
	const { manifest } = await built({
		decomposer: "fixed",
		maxLength: 512,
		overlap: 128,
	});
	const { totals } = manifest;
	expect(totals.repeatedTokens).toBeGreaterThan(0);
	expect(totals.repeatedTokens % 128).toBe(0);
	expect(totals.rowTokens).toBe(totals.rows * 512);
});

test("any set of lengths, columns, Parquet, and weights of documents", async () => {
	const { manifest } = await built({
		decomposer: "whole",
		buckets: [300, 1000, 3000],
		packer: "best-fit-decreasing",
		columns: ["labels", "cu_seqlens"],
		lossWeight: "document",
		format: "parquet",
	});
	const [first] = manifest.summary.buckets?.buckets ?? [];
	expect(first.sequences).toBeGreaterThan(first.rows);
	expect(manifest.shards.map(({ path }) => path).sort()[0]).toBe(
		"data/len-00300/train-00000-0000.parquet",
	);
});

test("verify recounts each bucket", async () => {
	const { out } = await built({ maxLength: 1024 });
	const path = join(out, "seqpack.json");
	const manifest = JSON.parse(readFileSync(path, "utf8"));
	manifest.totals.buckets[256].sequences++;
	manifest.totals.repeatedTokens = 3;
	writeFileSync(path, JSON.stringify(manifest));
	const { problems } = await verify(out);
	expect(problems.join("\n")).toMatch(
		/sequences in the bucket of 256; the manifest says/,
	);
	expect(problems.join("\n")).toMatch(/tokens in rows a second time/);
});

test("the same bytes whatever the workers, other rows first with another seed", async () => {
	const options = {
		...usual,
		layout: "buckets" as const,
		maxLength: 1024,
		decomposer: "binary-random",
		taskSize: 200_000,
	};
	const made = async (more: Partial<BuildOptions>) => {
		const out = join(temporaryDirectory(), "data");
		await build({ ...options, ...more, out });
		rmSync(join(out, ".seqpack"), { recursive: true });
		return contentsOf(out);
	};
	const one = await made({ workers: 0 });
	expect(await made({ workers: 2 })).toEqual(one);
	const other = await made({ workers: 0, seed: 1 });
	const shard = "data/len-00256/train-00000-0000.arrow";
	expect(other[shard]).not.toBe(one[shard]);
});

test.each([
	[{ seqLen: 512 }, /--seq-len is for packed rows.*--max-length/],
	[{ longDocuments: "drop" }, /--long-documents is for packed rows/],
	[{ order: "balanced" }, /--order is for packed rows/],
	[{ maxLength: 1000 }, /maxLength is 1000: give a power of two/],
	[{ minLength: 512, maxLength: 256 }, /512, more than/],
	[
		{ buckets: [256] },
		/buckets would change nothing: it is for decomposer nearest, whole/,
	],
	[{ decomposer: "nearest", buckets: [512, 256] }, /256 comes after 512/],
	[
		{ decomposer: "nearest", buckets: [256], minLength: 64 },
		/minLength would change nothing: buckets gives the lengths/,
	],
	[{ decomposer: "fixed", minLength: 64 }, /minLength would change nothing/],
	[
		{ decomposer: "fixed", plusOne: true },
		/plusOne would change nothing: it is for decomposer binary/,
	],
	[{ overlap: 4 }, /overlap would change nothing: it is for decomposer fixed/],
	[{ decomposer: "tertiary" }, /there is no such decomposer/],
	[{ remainder: "burn" as "drop" }, /remainder is "burn"/],
	[{ packer: "best-fit" }, /--packer best-fit has nothing to pack/],
	[
		{ packer: "concat", remainder: "pack" as const },
		/is "concat": give one of/,
	],
	[
		{ minLength: 2 ** 20, maxLength: 2 ** 20 },
		/all \d+ tokens of \d+ documents are dropped.*--remainder keep/,
	],
	[
		{ layout: "packed" as const, seqLen: 512, decomposer: "binary" },
		/--decomposer is for buckets: add --layout buckets/,
	],
	[{ layout: "packed" as const }, /how many tokens a row holds: --seq-len/],
	[{ layout: "pyramid" as "packed" }, /--layout\) is "pyramid"/],
])("bad use: %j", async (options, sentence) => {
	await expect(built(options)).rejects.toThrow(sentence);
});
