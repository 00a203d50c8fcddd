import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOptions, build, verify } from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { bucketsOf } from "../../src/decompose/decompose-documents.js";
import { decomposers } from "../../src/decompose/decomposers.js";
import {
	contentsOf,
	fixtures,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import {
	expectDocuments,
	readIndex,
	readManifest,
	readRows,
	rebuildDocuments,
	writeManifest,
} from "./dataset-rows.js";

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

/** Documents of the inputs, from rows that lose nothing. */
let whole: Map<bigint, number[]>;
const taskSize = 300_000;
beforeAll(async () => {
	const out = mkdtempSync(join(tmpdir(), "seqpack-test-"));
	await build({ ...usual, seqLen: 1024, taskSize, out });
	whole = await rebuildDocuments(out);
	rmSync(out, { recursive: true });
});

describe.each(decomposers.names)("%s", (decomposer) => {
	test.each(["drop", "keep", "pack"] as const)(
		"remainder %s: nothing is lost, and rows are of their bucket",
		async (remainder) => {
			const { manifest, out } = await built({
				decomposer,
				remainder,
				maxLength: 2048,
				taskSize,
				// Segments are cut between units.
				...(decomposers.find(decomposer).mayShareRows && { segment: "line" }),
			});
			const { totals, summary, settings } = manifest;
			const { fillsRows } = decomposers.find(decomposer);
			const loses = remainder === "drop" && fillsRows;
			expect(Object.keys(totals.dropped).length > 0).toBe(loses);
			expect(
				settings.buckets.map(({ length, capacity }) => ({ length, capacity })),
			).toEqual(bucketsOf({ name: decomposer, maxLength: 2048 }));
			expect(settings.cut).toMatchObject({ name: decomposer, remainder });
			const isFull = loses;
			let squares = 0;
			for (const { path, bucket } of manifest.shards) {
				expect(path).toContain(`/len-${String(bucket).padStart(5, "0")}/`);
				const rows = await readRows(join(out, path));
				const misfits = rows.filter(
					({ input_ids, seq_lengths }) =>
						input_ids.length > bucket ||
						(isFull && input_ids.length < bucket) ||
						(remainder !== "pack" && seq_lengths.length !== 1),
				);
				expect(misfits).toEqual([]);
				for (const length of rows.flatMap(({ seq_lengths }) => seq_lengths))
					squares += length ** 2;
			}
			expect(summary.attention).toBeCloseTo(
				squares / (summary.tokens * 2048),
				12,
			);
			if (!loses) expectDocuments(await rebuildDocuments(out), whole);
		},
	);
});

test("binary: each document is in the buckets of its length's binary digits", async () => {
	const { out, manifest } = await built({ minLength: 64, maxLength: 1024 });
	const documents = await readIndex(out);
	expect(documents.length).toBeGreaterThan(100);
	const bucketOfShard = new Map(
		manifest.shards.map(({ task, number, bucket }) => [
			`${task} ${number}`,
			bucket,
		]),
	);
	expect(bucketOfShard.size).toBe(manifest.shards.length);
	for (const document of documents) {
		const due: number[] = Array(Math.floor(document.tokens / 1024)).fill(1024);
		for (let digit = 512; digit >= 64; digit /= 2)
			if (document.tokens & digit) due.push(digit);
		const task = Number(document.doc_id >> 32n);
		const buckets = document.shards.map(
			(number) => bucketOfShard.get(`${task} ${number}`) ?? 0,
		);
		expect(buckets).toEqual(due);
		expect(document.dropped_tokens).toBe(document.tokens % 64);
	}
	const { buckets } = manifest.summary;
	expect(buckets.map(({ length }) => length)).toEqual([
		64, 128, 256, 512, 1024,
	]);
	for (const bucket of buckets) {
		expect(bucket.tokens).toBe(bucket.sequences * bucket.length);
		expect(bucket.averageLength).toBe(bucket.length);
		expect(bucket.averageContext).toBe((bucket.length - 1) / 2);
	}
	expect(buckets.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
});

test("rows of a token more than the bucket's length", async () => {
	const { out, manifest } = await built({ plusOne: true, maxLength: 1024 });
	for (const { path, bucket } of manifest.shards) {
		const rows = await readRows(join(out, path));
		const lengths = new Set(rows.map(({ input_ids }) => input_ids.length));
		expect(lengths).toEqual(new Set([bucket + 1]));
	}
});

test("windows that overlap are counted once", async () => {
	const { manifest } = await built({
		decomposer: "fixed",
		maxLength: 512,
		overlap: 128,
	});
	const { totals, summary } = manifest;
	expect(totals.repeatedTokens).toBeGreaterThan(0);
	expect(totals.repeatedTokens % 128).toBe(0);
	expect(summary.tokens).toBe(summary.rows * 512);
});

test.each(["keep", "pack"] as const)(
	"windows that overlap, and what is left of them (%s), in several tasks, give back every document",
	async (remainder) => {
		const options = {
			decomposer: "fixed",
			maxLength: 256,
			overlap: 16,
		} as const;
		const { manifest, out } = await built({ ...options, remainder, taskSize });
		expect(manifest.tasks.read).toBeGreaterThan(2);
		expect(manifest.tasks.repack).toBe(remainder === "pack" ? 1 : 0);
		expect(manifest.totals.dropped).toEqual({});
		expect(manifest.totals.repeatedTokens % 16).toBe(0);
		expectDocuments(await rebuildDocuments(out, { overlaps: true }), whole);
	},
);

test("any set of lengths, columns, Parquet, and weights of documents", async () => {
	const { manifest } = await built({
		decomposer: "whole",
		buckets: [300, 1000, 3000],
		packer: "best-fit-decreasing",
		columns: ["labels", "cu_seqlens"],
		lossWeight: "document",
		format: "parquet",
	});
	const [first] = manifest.summary.buckets;
	expect(first.sequences).toBeGreaterThan(first.rows);
	expect(manifest.shards.map(({ path }) => path).sort()[0]).toBe(
		`data/len-00300/train-00000-0000-${manifest.planHash.slice(0, 8)}.parquet`,
	);
});

test("verify recounts each bucket", async () => {
	const { out } = await built({ maxLength: 1024 });
	const manifest = readManifest(out);
	manifest.totals.buckets[256].sequences++;
	manifest.totals.repeatedTokens = 3;
	writeManifest(out, manifest);
	const { problems } = await verify(out);
	expect(problems.join("\n")).toMatch(
		/the files come to \d+ for totals\.buckets\.256\.sequences; the manifest says/,
	);
	expect(problems.join("\n")).toMatch(
		/the files come to 0 for totals\.repeatedTokens; the manifest says 3/,
	);
});

test("the same bytes whatever the workers, other rows first with another seed", async () => {
	const options = {
		...usual,
		layout: "buckets",
		maxLength: 1024,
		decomposer: "binary-random",
		taskSize: 200_000,
	} as const;
	const made = async (more: Partial<BuildOptions>) => {
		const out = join(temporaryDirectory(), "data");
		const { manifest } = await build({ ...options, ...more, out });
		const first = manifest.shards.find(({ bucket }) => bucket === 256);
		return { contents: contentsOf(out), first };
	};
	const one = await made({ workers: 0 });
	expect((await made({ workers: 2 })).contents).toEqual(one.contents);
	const other = await made({ workers: 0, seed: 1 });
	expect(other.first?.task).toBe(0);
	expect(other.first?.sha256).not.toBe(one.first?.sha256);
});

test("rows of one sequence come in an order that balances, too", async () => {
	const { manifest } = await built({
		decomposer: "whole",
		maxLength: 1024,
		order: "balanced",
		ranks: 4,
	});
	expect(manifest.settings.order).toMatchObject({ name: "balanced", ranks: 4 });
	expect(manifest.summary.imbalance).toBeGreaterThanOrEqual(1);
});

test.each<[Partial<BuildOptions>, string, RegExp]>([
	[
		{ seqLen: 512 },
		"ignored-option",
		/^seqLen would change nothing: it is for layout packed, and layout is buckets/,
	],
	[
		{ longDocuments: "drop" },
		"ignored-option",
		/^longDocuments would change nothing: it is for layout packed/,
	],
	[
		{ maxLength: 1000 },
		"bad-option",
		/^maxLength is 1000: give a power of two/,
	],
	[
		{ minLength: 512, maxLength: 256 },
		"bad-option",
		/^minLength is 512, more than maxLength, which is 256/,
	],
	[
		{ buckets: [256] },
		"ignored-option",
		/^buckets would change nothing: it is for decomposer nearest, whole/,
	],
	[
		{ decomposer: "nearest", buckets: [512, 256] },
		"bad-option",
		/256 comes after 512/,
	],
	[
		{ decomposer: "nearest", buckets: [256], minLength: 64 },
		"ignored-option",
		/^minLength would change nothing: buckets gives the lengths/,
	],
	[
		{ decomposer: "fixed", minLength: 64 },
		"ignored-option",
		/^minLength would change nothing/,
	],
	[
		{ decomposer: "fixed", plusOne: true },
		"ignored-option",
		/^plusOne would change nothing: it is for decomposer binary/,
	],
	[
		{ decomposer: "fixed", maxLength: 64, overlap: 64 },
		"bad-option",
		/^overlap is 64, and windows have 64 tokens: give .* from 0 to 63/,
	],
	[
		{ overlap: 4 },
		"ignored-option",
		/^overlap would change nothing: it is for decomposer fixed/,
	],
	[
		{ decomposer: "tertiary" as "binary" },
		"unknown-name",
		/^decomposer is "tertiary", and there is no such decomposer: give one of binary/,
	],
	[
		{ remainder: "burn" as "drop" },
		"unknown-name",
		/^remainder is "burn": give one of drop, keep, pack/,
	],
	[
		{ packer: "best-fit" },
		"ignored-option",
		/^packer: "best-fit" has nothing to pack/,
	],
	[
		{ packer: "concat", remainder: "pack" },
		"bad-option",
		/^packer: "concat" cuts documents in its own way, .* choose another packer/,
	],
	[
		{ minLength: 2 ** 20, maxLength: 2 ** 20 },
		"empty-corpus",
		/all \d+ tokens of \d+ documents are dropped.*remainder: "keep"/,
	],
	[
		{ layout: "packed", seqLen: 512, decomposer: "binary" },
		"ignored-option",
		/^decomposer would change nothing: it is for layout buckets/,
	],
	[
		{ layout: "packed" },
		"missing-option",
		/^seqLen is missing: give a whole number .*tokens that a row can hold/,
	],
	[
		{ layout: "pyramid" as "packed" },
		"unknown-name",
		/^layout is "pyramid", and there is no such layout: give one of packed, buckets/,
	],
])("bad use: %j", async (options, code, message) => {
	await expect(built(options)).rejects.toMatchObject({
		code,
		message: expect.stringMatching(message),
	});
});
