import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { type BuildOptions, build, verify } from "seqpack";
import { describe, expect, test } from "vitest";
import { longDocuments } from "../../src/decompose/long-documents.js";
import { packers } from "../../src/pack/packers.js";
import { fixtures, temporaryDirectory, tokenizerPath } from "../helpers.js";

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
	const bound = summary.lowerBoundRows ?? 0;
	expect(bound).toBeGreaterThan(0);
	expect(settings.packer).toBe(packer);
	expect(totals.rows).toBeGreaterThanOrEqual(bound);
	expect(totals.dropped).toEqual({});
	expect(summary.gap).toBeCloseTo(totals.rows / bound - 1, 12);
});

test("one window of one task needs as many rows as all at once", async () => {
	const { totals, summary } = await built({});
	expect(totals.rows).toBe(summary.rowsAtOnce);
	expect(summary.windowLoss).toBe(0);
});

describe("documents longer than a row", () => {
	test.each([
		["split", {}],
		["balanced-split", {}],
		["truncate", { truncated: expect.anything() }],
		["drop", { "too-long": expect.anything() }],
	])("%s", async (name, dropped) => {
		const { settings, totals } = await built({ longDocuments: name });
		expect(settings.longDocuments).toBe(name);
		expect(totals.dropped).toEqual(dropped);
		const isCut = name !== "drop";
		expect(totals.cutDocuments > 0).toBe(isCut);
	});

	test("error names the file, the place and the lengths", async () => {
		expect(longDocuments.names).toContain("error");
		await expect(built({ longDocuments: "error", seqLen: 64 })).rejects.toThrow(
			/udhr\.jsonl: the document at byte \d+ has \d+ tokens, and a row holds 64\. .*--long-documents/,
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
	const { settings, totals, summary } = await built({
		seqLen: 65_536,
		maxSequences: 3,
	});
	expect(settings.packer).toBe("capped");
	expect(summary.sequencesPerRow).toBeLessThanOrEqual(3);
	expect(summary.lowerBoundRows).toBeGreaterThanOrEqual(totals.sequences / 3);
	expect(summary.rowsAtOnce).toBeNull();
});

test("room for rounding sequences up is counted apart", async () => {
	const { totals, summary } = await built({
		padDocumentToMultiple: 64,
		padToMultiple: 128,
	});
	expect(totals.alignmentTokens).toBeGreaterThan(0);
	expect(summary.padding).toBeGreaterThanOrEqual(totals.alignmentTokens);
	expect(totals.paddedTokens % 128).toBe(0);
	expect(totals.paddedTokens).toBeLessThan(totals.rows * 1024);
});

test("the balanced order says how balanced it is, and what it gave up", async () => {
	const { settings, summary } = await built({
		inputs: [fixtures],
		order: "balanced",
		ranks: 4,
		shuffleWindow: 256,
	});
	expect(settings.order).toEqual({
		name: "balanced",
		ranks: 4,
		shuffleWindow: 256,
		perToken: 24_576,
		perSquare: 0.5,
	});
	expect(summary.imbalance).toBeGreaterThanOrEqual(1);
	expect(summary.imbalance).toBeLessThan(1.01);
	expect(summary.randomnessKept).toBeGreaterThan(0.3);
	expect(summary.randomnessKept).toBeLessThan(1);
});

test("windows smaller than the text cost rows, and the summary says how many", async () => {
	const { totals, summary } = await built({ window: 2000 });
	expect(totals.rows).toBeGreaterThan(summary.rowsAtOnce ?? 0);
	expect(summary.windowLoss).toBeCloseTo(
		totals.rows / (summary.rowsAtOnce ?? 0) - 1,
		12,
	);
});

test.each([
	[{ packer: "tetris" }, /packer is "tetris", and there is no such packer/],
	[{ longDocuments: "tear" }, /longDocuments is "tear", and there is no such/],
	[
		{ packer: "concat", longDocuments: "drop" },
		/longDocuments would change nothing: .*packer is concat/,
	],
	[
		{ packer: "concat", minSequence: 5 },
		/minSequence would change nothing: .*packer is concat/,
	],
	[{ minSequence: 2000 }, /minSequence is 2000, more than a row of 1024/],
	[{ maxSequences: 0 }, /maxSequences is 0: .*at least 1/],
	[
		{ padDocumentToMultiple: 2048 },
		/padDocumentToMultiple is 2048, more than a row of 1024/,
	],
	[{ padToMultiple: 2048 }, /--pad-to-multiple\) is 2048/],
	[{ order: "sorted" }, /order is "sorted".* give one of shuffled, balanced/],
	[{ ranks: 8 }, /ranks would change nothing: it is for order balanced/],
	[{ order: "balanced", ranks: 0 }, /ranks is 0/],
	[
		{ openPacks: 3 },
		/openPacks would change nothing: it is for packer streaming/,
	],
	[
		{ minSequence: 1024, longDocuments: "drop" },
		/nothing is left of .*: all \d+ tokens of \d+ documents are dropped \(43 too-long, 2 too-short/,
	],
])("bad use: %j", async (options, sentence) => {
	await expect(built(options)).rejects.toThrow(sentence);
});

describe("columns that are stored when asked for", () => {
	test.each(["parquet", "arrow"])("in %s, and verified", async (format) => {
		const columns = [
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

	test.each([
		[{ columns: ["attention"] }, /--columns\) is "attention": give one of pos/],
		[{ lossWeight: "row" as "token" }, /"row": give one of token, document/],
		[{ mask: { kind: "sliding-window", window: 0 } as const }, /a window of 0/],
		[
			{ mask: { kind: "prefix", prefixLengths: [] } as const },
			/the mask prefix differs from sequence to sequence/,
		],
		[{ mask: { kind: "per-layer" } as never }, /per-layer has no layers/],
		[{ mask: { kind: "per-layer", layers: [] } as never }, /has no layers/],
		[
			{ mask: { kind: "per-layer", layers: [{ kind: "what" }] } as never },
			/there is no mask "what"; there are: causal/,
		],
		[
			{ mask: { kind: "per-layer", layers: [{ kind: "prefix" }] } as never },
			/the mask prefix has no list of prefixLengths/,
		],
	])("bad use: %j", async (options, sentence) => {
		await expect(built(options)).rejects.toThrow(sentence);
	});
});

describe("what tasks leave over", () => {
	test.each([2048, 32_768])(
		"is packed together: about as many rows of %i as from one task",
		async (seqLen) => {
			const inputs = [fixtures];
			const one = await built({ inputs, seqLen });
			const many = await built({ inputs, seqLen, taskSize: 50_000 });
			expect(many.tasks).toBeGreaterThan(20);
			expect(many.remainderTasks).toBe(1);
			expect(one.remainderTasks).toBe(0);
			expect(many.totals.rowTokens).toBe(one.totals.rowTokens);
			expect(many.totals.rows).toBeLessThanOrEqual(one.totals.rows + 1);
		},
	);

	test("keeps columns and weights, and does not depend on the workers", async () => {
		const options = {
			inputs: [fixtures],
			seqLen: 4096,
			taskSize: 100_000,
			columns: ["labels", "seq_start_id"],
			lossWeight: "document",
			order: "balanced",
			ranks: 2,
		} as const;
		const alone = await built(options);
		expect(alone.remainderTasks).toBe(1);
		expect((await built({ ...options, workers: 3 })).shards).toEqual(
			alone.shards,
		);
	});

	test.each(packers.where(({ repacks }) => !repacks))(
		"nothing is gained for %s",
		async (packer) => {
			const { tasks, remainderTasks } = await built({
				packer,
				taskSize: 50_000,
			});
			expect(tasks).toBeGreaterThan(1);
			expect(remainderTasks).toBe(0);
		},
	);
});
