import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { type BuildOptions, build, verify } from "seqpack";
import { describe, expect, test } from "vitest";
import { describeBuild } from "../../cli/describe-build.js";
import { datasetFormats } from "../../src/dataset/formats.js";
import { longDocuments } from "../../src/decompose/long-documents.js";
import type { ColumnName } from "../../src/masks/columns.js";
import { packers } from "../../src/pack/packers.js";
import {
	fixtureCorpus,
	fixtures,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

/** Builds from real text with some options, checks what comes out, and returns its manifest. */
async function built(options: Partial<BuildOptions>) {
	const out = join(temporaryDirectory(), "data");
	const { manifest } = await build({
		inputs: [join(fixtures, "scripts")],
		tokenizer: tokenizerPath,
		seqLen: 1024,
		workers: 0,
		out,
		...options,
	});
	expect((await verify(out)).problems).toEqual([]);
	return manifest;
}

test.each(packers.names)("packer %s", async (packer) => {
	const { settings, totals, summary } = await built({ packer });
	const bound = summary.lowerBoundRows;
	expect(bound).toBeGreaterThan(0);
	expect(settings.packer.name).toBe(packer);
	expect(summary.rows).toBeGreaterThanOrEqual(bound);
	expect(totals.dropped).toEqual({});
	expect(summary.gap).toBeCloseTo(summary.rows / bound - 1, 12);
});

test("one window of one task needs as many rows as all at once", async () => {
	const { summary } = await built({});
	expect(summary.rows).toBe(summary.rowsAtOnce);
	expect(summary.windowLoss).toBe(0);
});

describe("documents longer than a row", () => {
	test.each([
		["split", {}],
		["balanced-split", {}],
		["truncate", { truncated: expect.anything() }],
		["drop", { "too-long": expect.anything() }],
	] as const)("%s", async (name, dropped) => {
		const { settings, totals } = await built({ longDocuments: name });
		expect(settings.cut).toMatchObject({ name, maxLength: 1024 });
		expect(totals.dropped).toEqual(dropped);
		const isCut = name !== "drop";
		expect(totals.cutDocuments > 0).toBe(isCut);
	});

	test("error names the file, the place and the lengths", async () => {
		expect(longDocuments.names).toContain("error");
		await expect(built({ longDocuments: "error", seqLen: 64 })).rejects.toThrow(
			/udhr\.jsonl: the document at byte \d+ has \d+ tokens, and a sequence may have 64: .*longDocuments/,
		);
	});
});

test("short sequences are left out, and counted", async () => {
	const { totals } = await built({ minSequence: 100 });
	const { tokens, documents } = totals.dropped["too-short"];
	expect(documents).toBeGreaterThan(0);
	expect(tokens).toBeLessThan(100 * documents);
});

test("a limit on sequences holds in every row, and takes its own packer", async () => {
	const { settings, summary } = await built({
		seqLen: 65_536,
		maxSequences: 3,
	});
	expect(settings.packer).toEqual({ name: "capped", maxSequences: 3 });
	expect(summary.sequencesPerRow).toBeLessThanOrEqual(3);
	expect(summary.lowerBoundRows).toBeGreaterThanOrEqual(summary.sequences / 3);
	expect(summary.rowsAtOnce).toBeNull();
});

test("room for rounding sequences up is counted apart", async () => {
	const { summary } = await built({
		padDocumentToMultiple: 64,
		padToMultiple: 128,
	});
	expect(summary.alignmentTokens).toBeGreaterThan(0);
	expect(summary.padding).toBeGreaterThanOrEqual(summary.alignmentTokens);
	expect(summary.paddedTokens % 128).toBe(0);
	expect(summary.paddedTokens).toBeLessThan(summary.rows * 1024);
});

test("the balanced order says how balanced it is, and what it gave up", async () => {
	const { settings, summary } = await built({
		inputs: fixtureCorpus,
		order: "balanced",
		ranks: 4,
		shuffleWindow: 256,
	});
	expect(settings.order).toEqual({
		name: "balanced",
		ranks: 4,
		shuffleWindow: 256,
	});
	expect(summary.imbalance).toBeGreaterThanOrEqual(1);
	expect(summary.imbalance).toBeLessThan(1.01);
	expect(summary.randomnessKept).toBeGreaterThan(0.3);
	expect(summary.randomnessKept).toBeLessThan(1);
});

test("windows smaller than the text cost rows, and the summary says how many", async () => {
	const { summary } = await built({ window: 2000 });
	expect(summary.rows).toBeGreaterThan(summary.rowsAtOnce ?? 0);
	expect(summary.windowLoss).toBeCloseTo(
		summary.rows / (summary.rowsAtOnce ?? 0) - 1,
		12,
	);
});

test("what is said of fewer rows is a share of those that there are", async () => {
	const result = await build({
		inputs: [join(fixtures, "scripts")],
		tokenizer: tokenizerPath,
		seqLen: 1024,
		packer: "padded",
		workers: 0,
		out: join(temporaryDirectory(), "data"),
	});
	const { rows, rowsAtOnce } = result.manifest.summary;
	const fewer = 100 * (1 - (rowsAtOnce ?? 0) / rows);
	expect(describeBuild(result)).toContain(`: ${fewer.toFixed(2)} % fewer`);
});

test.each<[Partial<BuildOptions>, string, RegExp]>([
	[
		{ packer: "tetris" as "padded" },
		"unknown-name",
		/^packer is "tetris", and there is no such packer: give one of best-fit/,
	],
	[
		{ longDocuments: "tear" as "drop" },
		"unknown-name",
		/^longDocuments is "tear", and there is no such/,
	],
	[
		{ packer: "concat", longDocuments: "drop" },
		"ignored-option",
		/^longDocuments would change nothing: .*packer is concat/,
	],
	[
		{ packer: "concat", minSequence: 5 },
		"ignored-option",
		/^minSequence would change nothing: .*packer is concat/,
	],
	[
		{ minSequence: 2000 },
		"bad-option",
		/^minSequence is 2000, more than the 1024 tokens of a row/,
	],
	[{ maxSequences: 0 }, "bad-option", /^maxSequences is 0: .*at least 1/],
	[
		{ padDocumentToMultiple: 2048 },
		"bad-option",
		/^padDocumentToMultiple is 2048, more than the 1024 tokens of a row/,
	],
	[
		{ padDocumentToMultiple: 3 },
		"bad-option",
		/^padDocumentToMultiple is 3, which does not divide a row of 1024 tokens/,
	],
	[
		{ padToMultiple: 2048 },
		"bad-option",
		/^padToMultiple is 2048, more than the 1024 tokens of a row/,
	],
	[
		{ order: "sorted" as "balanced" },
		"unknown-name",
		/^order is "sorted".* give one of shuffled, balanced/,
	],
	[
		{ ranks: 8 },
		"ignored-option",
		/^ranks would change nothing: it is for order balanced/,
	],
	[{ order: "balanced", ranks: 0 }, "bad-option", /^ranks is 0/],
	[
		{ openPacks: 3 },
		"ignored-option",
		/^openPacks would change nothing: it is for packer streaming/,
	],
	[
		{ minSequence: 1024, longDocuments: "drop" },
		"empty-corpus",
		/nothing is left of .*: all \d+ tokens of \d+ documents are dropped \(43 too-long, 2 too-short/,
	],
])("bad use: %j", async (options, code, message) => {
	await expect(built(options)).rejects.toMatchObject({
		code,
		message: expect.stringMatching(message),
	});
});

describe("columns that are stored when asked for", () => {
	test.each(datasetFormats.names)("in %s, and verified", async (format) => {
		const columns: ColumnName[] = [
			"position_ids",
			"segment_ids",
			"loss_mask",
			"labels",
			"seq_start_id",
			"cu_seqlens",
			"cu_seqlens_padded",
		];
		const { settings } = await built({
			format,
			columns,
			padDocumentToMultiple: 32,
			lossWeight: "document",
			mask: { kind: "sliding-window", window: 512 },
		});
		expect(settings).toMatchObject({
			columns,
			lossWeight: "document",
			mask: { kind: "sliding-window", window: 512 },
		});
	});

	test("weights of documents add up to one for each that has a label", async () => {
		const out = join(temporaryDirectory(), "data");
		const { manifest } = await build({
			inputs: [join(fixtures, "scripts")],
			tokenizer: tokenizerPath,
			seqLen: 1024,
			workers: 0,
			format: "arrow",
			lossWeight: "document",
			out,
		});
		const sums = new Map<bigint, number>();
		for (const { path } of manifest.shards) {
			const table = tableFromIPC(readFileSync(join(out, path)));
			for (const row of table) {
				const weights = [...row.loss_weight];
				let at = 0;
				for (const [i, length] of [...row.seq_lengths].entries()) {
					const id = row.doc_ids.get(i);
					const sum = weights
						.slice(at, at + length)
						.reduce((a: number, b: number) => a + b, 0);
					sums.set(id, (sums.get(id) ?? 0) + sum);
					at += length;
				}
			}
		}
		expect(sums.size).toBe(manifest.totals.documents);
		for (const sum of sums.values()) expect(sum).toBeCloseTo(1, 4);
	});

	test.each<[Partial<BuildOptions>, string, RegExp]>([
		[
			{ columns: ["attention" as "labels"] },
			"unknown-name",
			/^columns is "attention", and there is no such column to store: give one of pos/,
		],
		[
			{ lossWeight: "row" as "token" },
			"unknown-name",
			/^lossWeight is "row".*: give one of token, document/,
		],
		[
			{ mask: { kind: "sliding-window", window: 0 } },
			"bad-option",
			/^mask: .* a window of 0/,
		],
		[
			{ mask: { kind: "prefix", prefixLengths: [] } },
			"bad-option",
			/^mask is prefix, which differs from sequence to sequence/,
		],
		[
			{ mask: { kind: "per-layer" } as never },
			"bad-option",
			/per-layer has no layers/,
		],
		[
			{ mask: { kind: "per-layer", layers: [] } },
			"bad-option",
			/has no layers/,
		],
		[
			{ mask: { kind: "per-layer", layers: [{ kind: "what" }] } as never },
			"bad-option",
			/there is no mask "what"; there are: causal/,
		],
		[
			{ mask: { kind: "per-layer", layers: [{ kind: "prefix" }] } as never },
			"bad-option",
			/the mask prefix has no list of prefixLengths/,
		],
	])("bad use: %j", async (options, code, message) => {
		await expect(built(options)).rejects.toMatchObject({
			code,
			message: expect.stringMatching(message),
		});
	});
});

describe("what tasks leave over", () => {
	test.each([2048, 32_768])(
		"is packed together: about as many rows of %i as from one task",
		async (seqLen) => {
			const one = await built({ seqLen });
			const many = await built({ seqLen, taskSize: 40_000 });
			expect(many.tasks.read).toBeGreaterThan(20);
			expect(many.tasks.repack).toBe(1);
			expect(one.tasks).toEqual({ read: 1, repack: 0 });
			expect(many.summary.tokens).toBe(one.summary.tokens);
			expect(many.summary.rows).toBeLessThanOrEqual(one.summary.rows + 1);
		},
	);

	test("keeps columns and weights, and does not depend on the workers", async () => {
		const options = {
			seqLen: 4096,
			taskSize: 100_000,
			columns: ["labels", "seq_start_id"],
			lossWeight: "document",
			order: "balanced",
			ranks: 2,
		} as const;
		const alone = await built(options);
		expect(alone.tasks.repack).toBe(1);
		expect((await built({ ...options, workers: 3 })).shards).toEqual(
			alone.shards,
		);
	});

	test.each(packers.where(({ repacks }) => !repacks))(
		"nothing is gained for %s",
		async (packer) => {
			const { tasks } = await built({ packer, taskSize: 50_000 });
			expect(tasks.read).toBeGreaterThan(1);
			expect(tasks.repack).toBe(0);
		},
	);
});
